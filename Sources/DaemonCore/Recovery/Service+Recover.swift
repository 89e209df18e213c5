import Glibc
import LinuxIO
import SystemPackage
import VDPA

/// `vdpad recover`
extension Service {
    /// How long everything may take, in milliseconds; less than the unit's TimeoutStopSec.
    private static let patienceMs: UInt64 = 12_000
    /// How long the disk of the audit file may take of it.
    private static let auditPatienceMs: UInt64 = 2_000

    /// Lets devices go on that a daemon has left stopped and that none will care for.
    ///
    /// Nothing is done while a daemon runs, nor when the service manager, which runs this at the end of the service, is about
    /// to start it again. Says on standard output what was done.
    ///
    /// - Parameter isConfigurationRead: false when there is one that cannot be read.
    /// - Returns: the exit status: 0, or 1 when a device that ought to go on may still be stopped.
    func recover(isConfigurationRead: Bool) -> Int32 {
        guard isConfigurationRead || options.stateDirectory != nil || hasRecords else {
            Console.error(
                "vdpad recover: where the records are is not known: the configuration cannot be read, and no daemon has "
                    + "kept any in \(settings.stateDirectory)\n")
            return 1
        }
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

    /// Whether a daemon has ever worked in the state directory since the host was started.
    private var hasRecords: Bool { (try? Files.exists("\(settings.stateDirectory)/devices")) == true }

    private static func status(_ outcome: Gate<[RecoveredDevice]>) -> Int32 {
        outcome.value?.contains(where: \.isFailure) == false ? 0 : 1
    }

    private func recover(
        _ stores: Stores, on loop: EventLoop, _ outcome: Gate<[RecoveredDevice]>
    ) async throws(StartFailure) {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: Self.patienceMs)
        let host = try await makeHost(on: loop)
        let audit = await auditLogOfRecovery(on: loop)
        let daemon = try await makeDaemon(host, stores, audit, on: loop)
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

    /// A file that cannot be opened may be what keeps the daemon from starting: it keeps no device stopped.
    private func auditLogOfRecovery(on loop: EventLoop) async -> AuditLog {
        do throws(AuditFile.Failure) {
            return try await AuditLog(
                file: settings.auditFile, until: .now.advanced(byMilliseconds: Self.auditPatienceMs), journal: journal,
                on: loop, log: log)
        } catch {
            Console.error("vdpad recover: auditFile: \(error)\n")
            return AuditLog(journal: journal, on: loop, log: log)
        }
    }
}
