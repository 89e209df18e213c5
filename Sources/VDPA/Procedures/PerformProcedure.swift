import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Runs a procedure that needs no owner.
    borrowing func performShared(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        switch procedure {
        case .examine:
            return DeviceReport(before: try observe())
        case .suspend(let allowIrreversible, let dryRun):
            return try suspendDevice(allowIrreversible: allowIrreversible, dryRun: dryRun)
        case .resume(let dryRun):
            return try resumeDevice(dryRun: dryRun)
        case .setStatus(let status):
            return try changeStatus(to: status)
        case .reset:
            return try resetDevice()
        case .export(let assertStop):
            guard assertStop else { return DeviceReport(before: try observe()) }
            return try suspendDevice(allowIrreversible: true, dryRun: false)
        case .open, .close:
            throw HostError(.notOwner, "opening and closing are for a descriptor of vdpad's own")
        }
    }
}
