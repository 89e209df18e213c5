import LinuxIO
import Virtio

/// A device of which this process is, or is to become, the owner: its calls run on a thread of its own.
///
/// Ownership is bound to the address space, so these are the only device calls in the daemon's own process. When the
/// process dies the device is reset.
actor OwnedDevice {
    private let executor = ThreadExecutor()
    private let paths: HostPaths
    private var session: OwnedSession?

    /// A device that is not open.
    init(paths: HostPaths) {
        self.paths = paths
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Runs a procedure; blocks the device's thread for as long as the kernel does.
    func perform(_ procedure: DeviceProcedure, on node: DeviceNode) -> Result<DeviceReport, HostError> {
        Result { () throws(HostError) in
            switch procedure {
            case .open(let bringUp): try open(node, bringUp)
            case .close: try close(node) { _ throws(HostError) in }
            case .withdraw(let configuration):
                try close(node) { opened throws(HostError) in try opened.putBack(configuration) }
            default: try session(of: node).perform(procedure)
            }
        }
    }

    /// Closes the device if it is open.
    func release() {
        session = nil
    }

    private func open(_ node: DeviceNode, _ bringUp: BringUp?) throws(HostError) -> DeviceReport {
        guard session == nil else { throw HostError(.busy, "vdpad has \(node.device) open already", call: "open") }
        // A failure drops the session, whose end closes and so resets the device.
        let opened = try OwnedSession(opening: node, paths: paths)
        var report = try opened.perform(.examine)
        if let bringUp {
            do throws(HostError) {
                report.add(try opened.bringUp(bringUp))
            } catch {
                var failure = error
                failure.message = "\(node.device) could not be brought up and was reset: \(error.message)"
                throw failure
            }
        }
        session = opened
        return report
    }

    private func close(
        _ node: DeviceNode, after last: (OwnedSession) throws(HostError) -> Void
    ) throws(HostError) -> DeviceReport {
        guard let opened = session else { throw Self.notOpen(node) }
        // The device is closed in any case, also one that does not answer.
        let report = Result { () throws(HostError) in
            let report = try opened.perform(.examine)
            try last(opened)
            return report
        }
        session = nil
        return try report.get()
    }

    private func session(of node: DeviceNode) throws(HostError) -> OwnedSession {
        guard let session else { throw Self.notOpen(node) }
        guard session.node == node else {
            throw HostError(
                .identityMismatch, "vdpad has \(session.node.path) open, and \(node.device) is \(node.path) now")
        }
        return session
    }

    private static func notOpen(_ node: DeviceNode) -> HostError {
        HostError(.notOwner, "vdpad does not have \(node.device) open")
    }
}
