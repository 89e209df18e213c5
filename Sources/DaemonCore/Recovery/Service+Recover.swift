import Glibc
import LinuxIO
import SystemPackage
import VDPA

/// `vdpad recover`
extension Service {
    /// How long everything may take, in milliseconds; less than the unit's TimeoutStopSec.
    private static let patienceMs: UInt64 = 12_000

    /// Lets devices go on that a daemon has left stopped and that none will care for.
    ///
    /// Nothing is done while a daemon runs, nor when the service manager, which runs this at the end of the service, is about
    /// to start it again. Says on standard output what was done.
    ///
    /// - Returns: the exit status: 0, or 1 when a device that ought to go on may still be stopped.
    func recover() -> Int32 {
        // "timeout" is a stop that took too long: the daemon was killed before it could say that none comes after it.
        let result = ProcessEnvironment.value("SERVICE_RESULT")
        if let result, result != "timeout", ServingMark(stateDirectory: settings.stateDirectory).isSet {
            Console.output("vdpad is started again: what is stopped is left to it\n")
            return 0
        }
        let outcome = Gate<[RecoveredDevice]>()
        do throws(StartFailure) {
            try onLoop { stores, loop throws(StartFailure) in
                try await recover(stores, on: loop, outcome)
            }
        } catch  where error.errno == .wouldBlock {
            Console.output("vdpad runs: what is stopped is left to it\n")
            return 0
        } catch {
            Console.error("vdpad recover: \(error.message)\n")
            return 1
        }
        return Self.status(outcome)
    }

    private static func status(_ outcome: Gate<[RecoveredDevice]>) -> Int32 {
        outcome.value?.contains(where: \.isFailure) == false ? 0 : 1
    }

    private func recover(
        _ stores: Stores, on loop: EventLoop, _ outcome: Gate<[RecoveredDevice]>
    ) async throws(StartFailure) {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: Self.patienceMs)
        let host = try await makeHost(on: loop)
        let daemon = try await makeDaemon(host, stores, on: loop)
        let followUps = daemon.environment.followUps
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) {
                let devices = await daemon.recover(until: deadline)
                outcome.resolve(devices)
                // Now: what follows may not return.
                for device in devices { Console.output("\(device)\n") }
                if devices.isEmpty { Console.output("nothing is stopped\n") }
                followUps.finish()
            }
            for await work in followUps.stream {
                group.addTask(executorPreference: loop) { await work() }
            }
            group.cancelAll()
        }
        let isOnRecord = await daemon.audit.finish(until: .now.advanced(byMilliseconds: 1_000))
        if !isOnRecord || !host.health().stuckCalls.isEmpty { _exit(Self.status(outcome)) }
        host.stop()
    }
}
