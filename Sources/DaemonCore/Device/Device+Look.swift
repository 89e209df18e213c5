import ControlAPI
import DeviceState
import JSON
import LinuxIO
import VDPA
import Virtio

/// Reading the device.
extension Device {
    /// How long a reader waits for its turn before it is answered what was last known, in milliseconds.
    private nonisolated var patienceForTurn: UInt64 { 250 }
    /// How long it then waits for the device.
    private nonisolated var patienceForDevice: UInt64 { 1_000 }

    /// What the inventory and the records say of the device; asks nobody.
    func describe() -> DeviceInfo {
        var description = DeviceInfo(name: name, runState: runState, access: access)
        description.deviceClass = info?.deviceClass
        description.managementDevice = info?.managementDevice
        description.vendorID = info?.vendorID
        description.queueCount = info?.queueCount
        description.maximumQueueSize = info?.maximumQueueSize
        description.driver = info?.driver?.name
        description.node = info?.node?.path
        description.nodeRights = info?.nodeStatus.map(NodeRights.init)
        return description
    }

    /// `device.status`
    func status(
        _ params: DeviceParams, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceStatusMethod.Result {
        let seen = try await look(params, descriptor: descriptor, turn: turn)
        let observation = access == .none ? nil : lastSeen?.observation
        let deviceClass = info?.deviceClass ?? observation?.deviceClass
        return DeviceStatusMethod.Result(
            state: controlState(asOf: seen.asOf, warnings: seen.warnings),
            managementDevice: info?.managementDevice, deviceClass: deviceClass,
            features: observation.map { NamedMask($0.features, for: deviceClass) },
            backendFeatures: observation.map { NamedMask($0.backendFeatures) },
            holders: access == .shared ? seen.holder.map { [HolderInfo($0)] } : nil)
    }

    /// `device.config`
    func configuration(
        _ params: DeviceParams, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceConfigMethod.Result {
        let seen = try await look(params, descriptor: descriptor, turn: turn)
        let observation = access == .none || access == .host ? nil : lastSeen?.observation
        var missing: [DeviceState.MissingPart] = []
        let fromNetlink = await netlinkConfiguration(until: seen.deadline, &missing)
        let deviceClass = info?.deviceClass ?? fromNetlink?.deviceClass ?? observation?.deviceClass
        let features = observation?.features ?? fromNetlink?.features
        var result = DeviceConfigMethod.Result(
            device: name, access: access, deviceClass: deviceClass,
            features: features.map { NamedMask($0, for: deviceClass) },
            negotiatedFeatures: fromNetlink?.negotiatedFeatures.map { NamedMask($0, for: deviceClass) },
            missing: missing, asOf: seen.asOf)
        if let bytes = observation?.configuration {
            result.raw = HexadecimalBytes(bytes)
            switch deviceClass {
            case .net: result.net = NetworkConfiguration(bytes: bytes, features: features ?? [])
            case .block: result.block = BlockConfiguration(bytes: bytes, features: features ?? [])
            default: break
            }
        } else {
            result.net = fromNetlink?.network
            result.block = fromNetlink?.block
            result.missing.append(
                DeviceState.MissingPart(
                    part: "raw",
                    reason: access == .none || access == .host
                        ? "nobody holds the device through vhost_vdpa" : "FEATURES_OK is not set",
                    supplier: access == .shared ? .owner : .vdpad))
        }
        return result
    }

    /// `device.holders`
    func holders(
        _ params: DeviceTarget, turn: Turn
    ) async throws(ControlError) -> DeviceHoldersMethod.Result {
        // The search asks the processes, not the device, so it need not wait for the device's turn.
        turns.end(turn)
        guard let info else { throw notFound }
        guard let node = info.node else {
            return DeviceHoldersMethod.Result(device: name, holders: [], complete: true)
        }
        let before = holderChanges
        let deadline = request(turn, deadlineMs: params.deadlineMs).deadline
        let scan = try await finish(host.holders(of: node), "the search for the holder", deadline)
        noteHolders(scan, since: before)
        return DeviceHoldersMethod.Result(
            device: name, holders: scan.holders.map(HolderInfo.init), complete: scan.isComplete,
            reason: scan.incompleteReason)
    }

    /// What a look at the device gave.
    struct Sight {
        /// Set when the device could not be asked just now.
        var asOf: String?
        var warnings: [String] = []
        var holder: Holder?
        /// When the caller wants to be answered.
        let deadline: MonotonicInstant
    }

    /// Asks the device if it can be asked, and ends the turn.
    ///
    /// A reader never queues behind a call that does not return: after a short wait it gets what was last known.
    func look(
        _ params: DeviceParams, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> Sight {
        defer { turns.end(turn) }
        var request = request(turn, params, descriptor)
        let now = MonotonicInstant.now
        guard await turn.wait(until: min(request.limit, now.advanced(byMilliseconds: patienceForTurn)), on: loop) else {
            return try lastKnown(because: "another operation on the device has not finished", .hostBlocked, request)
        }
        guard let info else { throw notFound }
        guard info.node != nil, descriptor != nil || params.holder != nil || isOwned || isHeld != false else {
            return Sight(deadline: request.limit)
        }
        if lastSeen != nil {
            request.deadline = min(request.limit, now.advanced(byMilliseconds: patienceForDevice))
        }
        do throws(ControlError) {
            let (reach, report) = try await reach(.examine, for: request)
            return Sight(warnings: report.warnings, holder: reach.holder, deadline: request.limit)
        } catch let error where error.code == .hostBlocked || error.code == .deadlineExceeded {
            return try lastKnown(because: error.message, error.code, request)
        } catch let error where error.code == .notRunning {
            // Nobody holds it: that is an answer.
            return Sight(deadline: request.limit)
        }
    }

    /// What was last known, or the error that keeps anything newer from being read.
    private func lastKnown(
        because reason: String, _ code: ErrorCode, _ request: DeviceRequest
    ) throws(ControlError) -> Sight {
        guard let lastSeen else {
            var error = ControlError(code, "\(reason); nothing is known of \(name.string) from before", device: name)
            error.stateAfter = stateAfter
            throw error
        }
        return Sight(asOf: lastSeen.at.text, warnings: [reason], holder: holder, deadline: request.limit)
    }

    /// What netlink says; a failure becomes a missing part.
    func netlinkConfiguration(
        until deadline: MonotonicInstant, _ missing: inout [DeviceState.MissingPart]
    ) async -> NetlinkConfiguration? {
        let reason: String
        switch await host.configuration(of: name).wait(until: deadline, on: loop) {
        case .success(let configuration):
            if configuration.negotiatedFeatures != nil { return configuration }
            missing.append(
                DeviceState.MissingPart(part: "negotiatedFeatures", reason: "FEATURES_OK is not set", supplier: .owner))
            return configuration
        case .failure(let error): reason = error.message
        case nil: reason = "netlink has not answered within the deadline"
        }
        missing.append(DeviceState.MissingPart(part: "negotiatedFeatures", reason: reason, supplier: .nobody))
        return nil
    }
}

extension HolderInfo {
    /// The contract's form of a holder.
    init(_ holder: Holder) {
        self.init(
            pid: holder.reference.pid, comm: holder.command, startTime: holder.reference.startTime, unit: holder.unit,
            descriptor: holder.reference.descriptor)
    }
}
