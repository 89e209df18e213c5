import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Runs a procedure that needs no owner.
    borrowing func performShared(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        switch procedure {
        case .examine:
            return DeviceReport(before: try observe())
        case .suspend(let allowIrreversible, let dryRun, .ioctl):
            return try suspendDevice(allowIrreversible: allowIrreversible, dryRun: dryRun)
        case .suspend(let allowIrreversible, let dryRun, .statusBit(let bit, let deadline)):
            return try stopDevice(by: bit, until: deadline, allowIrreversible: allowIrreversible, dryRun: dryRun)
        case .resume(let dryRun, .ioctl):
            return try resumeDevice(dryRun: dryRun)
        case .resume(let dryRun, .statusBit(let bit, let deadline)):
            return try startDevice(by: bit, until: deadline, dryRun: dryRun)
        case .setStatus(let status):
            return try changeStatus(to: status)
        case .reset:
            return try resetDevice()
        case .export(let assertStop, let mechanism):
            guard assertStop else { return DeviceReport(before: try observe()) }
            return try performShared(.suspend(allowIrreversible: true, dryRun: false, by: mechanism))
        case .open, .close, .withdraw:
            throw HostError(.notOwner, "opening and closing are for a descriptor of vdpad's own")
        case .rewind, .start:
            throw HostError(.notOwner, "positions are the affair of the process that owns the device")
        }
    }
}
