import LinuxIO
import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Stops a running device and proves it with what can be read back.
    ///
    /// The order of the checks is that of the virtio proposals: running at all, able to stop, able to go on. The ioctl is
    /// issued even if the device is believed to be suspended, because only the kernel knows and it has no query.
    borrowing func suspendDevice(allowIrreversible: Bool, dryRun: Bool) throws(HostError) -> DeviceReport {
        let before = try observe()
        var report = DeviceReport(before: before)
        try before.requireRunning()
        try before.requireBackendFeatures(allowIrreversible ? [.suspend] : [.suspend, .resume])
        guard !dryRun else { return report }

        let call = try issue("VHOST_VDPA_SUSPEND") { () throws(HostError) in try suspend() }
        report.call = call
        let after = try observe(again: before, after: call)
        report.after = after
        try after.requireStillRunning()
        if before.configuration != after.configuration {
            report.warnings.append("the configuration changed while the device was being stopped")
        }
        report.holderExited = holderHasExited()
        return report
    }

    /// Lets a stopped device go on.
    borrowing func resumeDevice(dryRun: Bool) throws(HostError) -> DeviceReport {
        let before = try observe()
        var report = DeviceReport(before: before)
        try before.requireRunning()
        try before.requireBackendFeatures([.resume])
        guard !dryRun else { return report }

        let call = try issue("VHOST_VDPA_RESUME") { () throws(HostError) in try resume() }
        report.call = call
        let after = try observe(again: before, after: call)
        report.after = after
        try after.requireStillRunning()
        report.holderExited = holderHasExited()
        return report
    }

    /// Reads the device back. A failure to do so says nothing of the call, which has been made.
    borrowing func observe(
        again before: DeviceObservation, after call: KernelCallTiming
    ) throws(HostError) -> DeviceObservation {
        do throws(HostError) {
            return try observe(again: before)
        } catch let error where error.isRefusal {
            throw HostError(
                .verificationFailed, "after \(call.call) the device could not be read back: \(error.message)",
                call: error.call, errno: error.errno)
        }
    }

    /// Runs a call that stops a device or lets it go on. What its driver answers with an error says nothing of what it has done, whichever error it
    /// is; only without a driver's function nothing was called.
    borrowing func issue(
        _ name: String, _ call: () throws(HostError) -> Void
    ) throws(HostError) -> KernelCallTiming {
        do throws(HostError) {
            return try timed(name, call)
        } catch let error where error.isRefusal && error.code != .notSupported {
            throw HostError(.kernel, error.message, call: error.call, errno: error.errno)
        }
    }

    /// Runs a kernel call between two readings of CLOCK_MONOTONIC, which bound the moment at which it took effect.
    borrowing func timed(
        _ name: String, _ call: () throws(HostError) -> Void
    ) throws(HostError) -> KernelCallTiming {
        let entered = MonotonicInstant.now
        try call()
        return KernelCallTiming(call: name, enteredAt: entered, returnedAt: .now)
    }
}

extension DeviceObservation {
    /// Refuses a device without DRIVER_OK: the kernel would answer success and do nothing.
    func requireRunning() throws(HostError) {
        try requireNotFailed()
        guard status.contains(.driverOK) else {
            throw HostError(
                .notRunning, "the device status is \(status.hexadecimal), without DRIVER_OK", observation: self)
        }
    }

    /// Refuses a device that lacks what stopping needs; never by errno, which is the same for several causes.
    func requireBackendFeatures(_ wanted: BackendFeatures) throws(HostError) {
        let missing = wanted.subtracting(backendFeatures)
        guard !missing.isEmpty else { return }
        let names = missing.names
        let listed = names.joined(separator: ", ")
        if missing == [.resume], wanted.contains(.suspend) {
            throw HostError(
                .irreversible, "the device can be suspended but not resumed: it does not offer \(listed)",
                missing: names, observation: self)
        }
        throw HostError(
            .notSupported, "the device does not offer \(listed)", missing: names, observation: self)
    }

    /// After a stop or a resume: the driver's view must be untouched.
    func requireStillRunning() throws(HostError) {
        try requireNotFailed()
        guard status.contains(.driverOK) else {
            throw HostError(
                .deviceFailed,
                "DRIVER_OK was cleared during the call: the status is \(status.hexadecimal); the device was reset",
                observation: self)
        }
    }

    /// Refuses a device that says that it has failed.
    func requireNotFailed() throws(HostError) {
        guard status.isDisjoint(with: [.needsReset, .failed]) else {
            let names = status.names(negotiated: []).joined(separator: ", ")
            throw HostError(
                .deviceFailed, "the device status is \(status.hexadecimal): \(names)", observation: self)
        }
    }
}
