import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Adds status bits. A value that changes nothing is not written: on some devices writing it again un-suspends.
    borrowing func changeStatus(to wanted: DeviceStatus) throws(HostError) -> DeviceReport {
        let before = try observe()
        var report = DeviceReport(before: before)
        guard before.status != wanted else { return report }
        guard wanted.isSuperset(of: before.status) else {
            let cleared = before.status.subtracting(wanted)
            throw HostError(
                .invalidArgument,
                "status \(wanted.hexadecimal) would clear \(cleared.names(negotiated: []).joined(separator: ", ")); "
                    + "bits are cleared by a reset only",
                observation: before)
        }
        let call = try timed("VHOST_VDPA_SET_STATUS") { () throws(HostError) in try setStatus(wanted) }
        report.call = call
        let after = try observe(again: before, after: call)
        report.after = after
        report.holderExited = holderHasExited()
        guard after.status == wanted else {
            throw HostError(
                .verificationFailed,
                "status \(wanted.hexadecimal) was written and \(after.status.hexadecimal) was read back",
                call: "VHOST_VDPA_SET_STATUS", observation: after)
        }
        return report
    }

    /// Resets the device. Anybody who has a descriptor can, so the caller must have been told what is lost.
    borrowing func resetDevice() throws(HostError) -> DeviceReport {
        var report = DeviceReport(before: try observe())
        let call = try timed("VHOST_VDPA_SET_STATUS") { () throws(HostError) in try setStatus([]) }
        report.call = call
        let after = try observe(again: report.before, after: call)
        report.after = after
        report.holderExited = holderHasExited()
        guard after.status.isEmpty else {
            throw HostError(
                .verificationFailed, "the device was reset and its status is \(after.status.hexadecimal)",
                call: "VHOST_VDPA_SET_STATUS", observation: after)
        }
        return report
    }
}
