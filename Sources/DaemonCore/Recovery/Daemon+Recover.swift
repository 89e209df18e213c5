import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// What is done when no daemon comes after one that has ended.
extension Daemon {
    /// Lets go on what may be stopped without anybody knowing, and what is stopped by a lease, which nobody would end.
    ///
    /// The rules are those of the daemon's start and of the end of a lease: RESUME goes only to the holder that was recorded,
    /// with DRIVER_OK. What was to be kept, or has no lease, is left as it is.
    ///
    /// - Returns: what became of each device that was recorded.
    func recover(until deadline: MonotonicInstant) async -> [RecoveredDevice] {
        await takeOver()
        let recorded =
            pendingRecords.map(\.device)
            + devices.values.compactMap { device in
                device.assumeIsolated { $0.record == nil ? nil : device.name }
            }
        // Its turn comes after that in which the record is acted on.
        for name in recorded {
            guard let device = devices[name] else { continue }
            let turn = await device.takeTurn()
            _ = await turn.wait(until: deadline, on: loop)
            await device.end(turn)
        }
        await endLeases(until: deadline)
        return recorded.sorted().map { RecoveredDevice(device: $0, outcome: outcome(of: $0)) }
    }

    private func outcome(of name: DeviceName) -> RecoveredDevice.Outcome {
        guard let device = devices[name] else {
            return inventoryReadAt == nil ? .failed("the vdpa bus could not be read") : .gone
        }
        return device.assumeIsolated { device in
            guard !device.isHandedBack else { return .handedBack }
            guard let record = device.record else { return device.isHeld == true ? .resumed : .reset }
            if let reason = device.unresolved { return .failed(reason) }
            if record.runState == .suspended, record.lease == nil { return .kept }
            return .failed("its holder or the kernel did not answer in time")
        }
    }
}
