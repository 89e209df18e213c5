import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// By which mechanism the device is stopped, and so goes on again.
extension Device {
    /// The stop bit that counts for the device: that of its stop, else the one that its driver has accepted, else the one
    /// that the operator has declared.
    var stopBit: StopBit? {
        if let bit = record?.mechanism.stopBit { return bit }
        if negotiated?.contains(.suspend) == true { return .suspend }
        return environment.stopBitDevices.contains(name) ? .stop : nil
    }

    /// Where a status says that the device is. Of a device without a stop bit it says nothing of a stop.
    func phase(of status: DeviceStatus) -> StopBit.Phase {
        stopBit?.phase(of: status) ?? (status.contains(.driverOK) ? .running : .idle)
    }

    /// Whether the device was seen to be stopped by this mechanism.
    func isStopped(_ observation: DeviceObservation?, by mechanism: Mechanism) -> Bool {
        guard let observation, let bit = mechanism.stopBit else { return false }
        return bit.phase(of: observation.status) == .stopped
    }

    /// The status as the guest should see it.
    func driverStatus(_ status: DeviceStatus) -> DeviceStatus {
        status.driverStatus(negotiated: stopBit == .suspend ? .suspend : [], proposedStop: stopBit == .stop)
    }

    /// Asks what was negotiated where that decides what bit 4 of the status means: no descriptor tells, and netlink may be
    /// stuck, which must not keep any other device from being stopped and resumed.
    func readNegotiated(_ observation: DeviceObservation, _ request: DeviceRequest) async {
        guard observation.features.contains(.suspend), observation.status.contains(.suspend),
            record?.mechanism != .statusBitSuspend
        else { return }
        await readNegotiated(request)
    }

    private func readNegotiated(_ request: DeviceRequest) async {
        let patient = min(request.deadline, MonotonicInstant.now.advanced(byMilliseconds: 1_000))
        guard case .success(let found) = await host.configuration(of: name).wait(until: patient, on: loop),
            negotiated != found.negotiatedFeatures
        else { return }
        negotiated = found.negotiatedFeatures
    }

    /// How a procedure stops the device or lets it go on, as long as its caller waits.
    nonisolated func way(of mechanism: Mechanism, _ request: DeviceRequest) -> StopMechanism {
        mechanism.stopBit.map { .statusBit($0, until: request.deadline) } ?? .ioctl
    }

    // MARK: Preflights

    /// Makes every check of a stop, and so proves the way to the device.
    ///
    /// - Parameters:
    ///   - asked: how the caller wants it stopped; nil: as it was stopped before, else by ioctl.
    ///   - allowIrreversible: whether to stop also a device that cannot be resumed.
    ///   - request: who asks.
    /// - Returns: the way, with the mechanism, and what was seen.
    /// - Throws: `ControlError` if the device cannot be reached, stopped or stopped so.
    func reachToStop(
        by asked: Mechanism?, allowIrreversible: Bool, for request: DeviceRequest
    ) async throws(ControlError) -> (Reach, DeviceReport) {
        if asked == .reset {
            throw unavailable(.reset, "a reset loses what the device holds", hint: "use device.reset if that is meant")
        }
        if asked == .statusBitStop, !environment.stopBitDevices.contains(name) {
            throw unavailable(
                .statusBitStop, "it is not declared that the device implements the STOP bit",
                hint: "name the device in stopBitDevices of the daemon's configuration if it does")
        }
        let (reach, report) = try await reach(for: request, asked: asked) { mechanism in
            .suspend(allowIrreversible: allowIrreversible, dryRun: true, by: mechanism)
        }
        if let asked, asked != reach.mechanism {
            throw unavailable(
                asked, "it is stopped by \(reach.mechanism.rawValue)", hint: "resume it first, or name that mechanism")
        }
        guard reach.mechanism.stopBit != nil, record?.mechanism != reach.mechanism else { return (reach, report) }
        if report.latest.features.contains(.suspend) { await readNegotiated(request) }
        let hasSuspend = negotiated?.contains(.suspend) == true
        switch reach.mechanism {
        case .statusBitSuspend where !hasSuspend:
            throw unavailable(
                .statusBitSuspend,
                "feature 43 (SUSPEND) is not among its negotiated features"
                    + (negotiated == nil ? ", which netlink does not tell" : ""), missing: "SUSPEND")
        case .statusBitStop where hasSuspend:
            throw unavailable(.statusBitStop, "feature 43 was negotiated, which makes bit 4 of its status SUSPEND")
        default: return (reach, report)
        }
    }

    /// Makes every check of a resume by the mechanism that has stopped the device.
    func reachToStart(for request: DeviceRequest) async throws(ControlError) -> (Reach, DeviceReport) {
        try await reach(for: request, asked: nil) { mechanism in .resume(dryRun: true, by: mechanism) }
    }

    /// Runs a preflight by the mechanism that has stopped the device, else by the one that is asked for.
    ///
    /// Of a stop bit the device tells itself, so that one which vdpad knows nothing of is looked at first.
    private func reach(
        for request: DeviceRequest, asked: Mechanism?, _ preflight: (StopMechanism) -> DeviceProcedure
    ) async throws(ControlError) -> (Reach, DeviceReport) {
        var wasExamined = false
        while true {
            if record == nil, mayShowStop, !wasExamined {
                _ = try await reach(.examine, for: request)
                wasExamined = true
            }
            let mechanism = record?.mechanism ?? shownMechanism ?? asked ?? .ioctl
            do throws(ControlError) {
                var (reach, report) = try await reach(preflight(way(of: mechanism, request)), for: request)
                reach.mechanism = mechanism
                return (reach, report)
            } catch let error where error.code == .notRunning && record == nil && mayShowStop && !wasExamined {
                continue
            }
        }
    }

    private var mayShowStop: Bool {
        environment.stopBitDevices.contains(name) || lastSeen?.observation.features.contains(.suspend) == true
    }

    /// The mechanism that has stopped the device, as its status shows.
    private var shownMechanism: Mechanism? {
        guard let stopBit, let status = statusByte else { return nil }
        return switch stopBit.phase(of: status) {
        case .stopped, .changing: Mechanism(stopBit)
        case .idle, .running, .refused: nil
        }
    }

    private func unavailable(
        _ mechanism: Mechanism, _ reason: String, hint: String? = nil, missing: String? = nil
    ) -> ControlError {
        var error = ControlError(
            .notSupported, "mechanism: \(mechanism.rawValue) is not available for \(name.string): \(reason)",
            device: name, hint: hint)
        error.missing = [missing ?? mechanism.rawValue]
        error.stateAfter = stateAfter
        return error
    }
}

extension Mechanism {
    /// That of a stop bit.
    init(_ bit: StopBit) {
        switch bit {
        case .suspend: self = .statusBitSuspend
        case .stop: self = .statusBitStop
        }
    }

    /// The bit; nil where there is none.
    var stopBit: StopBit? {
        switch self {
        case .statusBitSuspend: .suspend
        case .statusBitStop: .stop
        case .ioctl, .reset: nil
        }
    }

    /// What a stop is called that has not ended.
    var stopName: String { stopBit == nil ? "VHOST_VDPA_SUSPEND" : "the stop by \(rawValue)" }
    /// What a resume is called that has not ended.
    var startName: String { stopBit == nil ? "VHOST_VDPA_RESUME" : "the resume by \(rawValue)" }

    /// What was seen of the stop before the state was read.
    var proof: String {
        switch self {
        case .statusBitSuspend: "the device showed SUSPEND and had cleared DRIVER_OK before the reading"
        case .statusBitStop: "the device showed STOP before the reading"
        case .ioctl, .reset: "VHOST_VDPA_SUSPEND returned 0 before the reading"
        }
    }
}

extension DeviceObservation {
    /// Whether the device can go on after a stop by this mechanism.
    func canResume(after mechanism: Mechanism) -> Bool {
        switch mechanism {
        case .ioctl: backendFeatures.contains(.resume)
        case .statusBitSuspend: true
        case .statusBitStop: clearsStatusBits
        case .reset: false
        }
    }
}
