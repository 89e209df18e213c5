import ControlAPI
import JSONRPC
import LinuxIO
import Logging

/// The leases of all devices.
extension Daemon {
    /// Lets the leases that an operation began last their whole time from now on: somebody has named it. That keeps devices
    /// stopped, and so is for those only that could stop them.
    func renewLeases(of operation: String, by peer: RPCPeer) {
        let rights = rights(of: peer)
        for device in devices.values where rights.role(on: device.name).map({ $0 >= .operator }) ?? false {
            device.assumeIsolated { $0.renewLease(of: operation) }
        }
    }

    /// The same for whatever the parameters of a call name, a dry run too.
    func renewLeases(namedBy params: some Sendable, by peer: RPCPeer) {
        guard let operation = (params as? any OperationNaming)?.operation else { return }
        renewLeases(of: operation, by: peer)
    }

    /// Ends the leases of a client that has gone.
    func endLeases(of connection: UInt64) {
        for device in devices.values { device.assumeIsolated { $0.noteConnectionClosed(connection) } }
    }

    /// Resumes the devices that have a lease, before the daemon ends: of all kinds, or, if another daemon follows, of those
    /// that it could not honour.
    func endLeases(_ kinds: Set<LeaseKind> = [.hold, .connection], until deadline: MonotonicInstant) async {
        await withDiscardingTaskGroup { [loop] group in
            for device in devices.values {
                guard let lease = await device.record?.lease, kinds.contains(lease.kind) else { continue }
                let isDone = Gate<Void>()
                environment.followUps.add {
                    await device.endLease(isForced: true)
                    isDone.resolve(())
                }
                group.addTask(executorPreference: loop) { _ = await isDone.wait(until: deadline, on: loop) }
            }
        }
    }

    /// Says which devices stay stopped when the daemon ends.
    func listStopped() {
        for device in devices.values {
            guard let record = device.assumeIsolated({ $0.record }) else { continue }
            environment.log.notice(
                "a device stays stopped", metadata: ["device": "\(device.name)", "keep": "\(record.keep)"])
        }
    }
}
