import SystemPackage
import Virtio

extension SimulatedDevice {
    /// `VHOST_VDPA_SET_STATUS`: bits can be added, and all be cleared by 0, which resets.
    ///
    /// Every bit passes, unknown ones included; a refused one is dropped and the call succeeds all the same. Writing an
    /// unchanged value with DRIVER_OK starts a suspended simulator again while vhost goes on believing it suspended.
    mutating func setStatus(_ wanted: DeviceStatus) throws(Errno) {
        guard !wanted.isEmpty else { return reset() }
        guard wanted.isSuperset(of: status.subtracting(clearableStatus)) else { throw .invalidArgument }
        let written = wanted.subtracting(refusedStatus.subtracting(status))
        guard !answerStopBit(written) else { return }
        status = written
        isProcessing = status.contains(.driverOK)
    }

    /// What a reset does: it forgets status, features, rings and groups, but neither owner nor acknowledged features.
    mutating func reset() {
        status = []
        stopChange = nil
        driverFeatures = []
        isProcessing = false
        isSuspendedForVhost = false
        queues = Array(repeating: SimulatedQueue(), count: queues.count)
        addressSpaces = Array(repeating: 0, count: addressSpaces.count)
        statistics.resets += 1
    }

    /// `VHOST_SET_FEATURES`: refused once negotiated, and without ACCESS_PLATFORM; unoffered bits are dropped.
    mutating func setFeatures(_ wanted: Features) throws(Errno) {
        guard !status.contains(.featuresOK) else { throw .resourceBusy }
        guard wanted.isSuperset(of: SimulatedClass.requiredFeatures) else { throw .invalidArgument }
        driverFeatures = wanted.intersection(offeredFeatures)
    }

    /// `VHOST_SET_BACKEND_FEATURES`: any user of the description replaces what was acknowledged.
    mutating func setBackendFeatures(_ wanted: BackendFeatures) throws(Errno) {
        guard offeredBackendFeatures.isSuperset(of: wanted) else { throw .notSupported }
        acknowledgedBackendFeatures = wanted
    }

    /// `VHOST_VDPA_SUSPEND`: success without effect before DRIVER_OK, even where the device cannot suspend.
    mutating func suspend() throws(Errno) {
        guard status.contains(.driverOK) else { return }
        guard offeredBackendFeatures.contains(.suspend) else { throw .notSupported }
        isProcessing = false
        isSuspendedForVhost = true
    }

    /// `VHOST_VDPA_RESUME`: the mirror of suspend.
    mutating func resume() throws(Errno) {
        guard status.contains(.driverOK) else { return }
        guard offeredBackendFeatures.contains(.resume) else { throw .notSupported }
        isProcessing = true
        isSuspendedForVhost = false
    }
}
