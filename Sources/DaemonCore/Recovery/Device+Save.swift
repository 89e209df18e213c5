import ControlAPI
import LinuxIO
import Logging
import SystemPackage

/// The end of what vdpad itself has open: with its process the device is reset.
extension Device {
    /// Suspends the device, keeps its state as a document, and closes it.
    func saveAndClose(until deadline: MonotonicInstant) async {
        guard isOwned else { return }
        if runState != .idle {
            do {
                let path = try await save(until: deadline)
                environment.log.notice(
                    "the state of a device that vdpad had open is kept",
                    metadata: ["device": "\(name)", "file": "\(path)"])
            } catch {
                environment.log.error(
                    "the state of a device that vdpad had open is lost",
                    metadata: ["device": "\(name)", "error": "\((error as? ControlError)?.message ?? "\(error)")"])
            }
        }
        do throws(ControlError) {
            _ = try await close(
                DeviceTarget(device: name, deadlineMs: Self.milliseconds(until: deadline)), turn: takeTurn())
        } catch {
            environment.log.error(
                "a device could not be closed", metadata: ["device": "\(name)", "error": "\(error.message)"])
        }
    }

    private func save(until deadline: MonotonicInstant) async throws -> String {
        let target = DeviceParams(device: name, deadlineMs: Self.milliseconds(until: deadline))
        // It need not go on: the close resets it.
        _ = try await suspend(
            DeviceSuspendMethod.Params(target: target, allowIrreversible: true), descriptor: nil, turn: takeTurn())
        let state = try await export(StateExportMethod.Params(target), descriptor: nil, turn: takeTurn()).state
        return try environment.savedStates.write(state, of: name)
    }

    /// Notes that vdpad has opened the device.
    func noteOwned() {
        noteClosed()
        isOwned = true
        do {
            try environment.savedStates.remove(name)
        } catch {
            environment.log.error(
                "a state that has been overtaken could not be removed",
                metadata: ["device": "\(name)", "errno": "\(error.symbol)"])
        }
    }

    private static func milliseconds(until deadline: MonotonicInstant) -> UInt32 {
        UInt32(clamping: max(1, deadline.nanoseconds(since: .now) / 1_000_000))
    }
}

extension Daemon {
    /// Closes what vdpad itself has open, after it has kept its state.
    func closeOwned(until deadline: MonotonicInstant) async {
        await withDiscardingTaskGroup { [loop] group in
            for device in devices.values {
                group.addTask(executorPreference: loop) { await device.saveAndClose(until: deadline) }
            }
        }
    }
}
