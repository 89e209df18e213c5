import ControlAPI
import DeviceState
import JSON
import LinuxIO
import VDPA
import Virtio

/// Exporting the device's state.
extension Device {
    /// `state.export`
    func export(
        _ params: StateExportMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> StateExportMethod.Result {
        defer { turns.end(turn) }
        let request = request(turn, params.target, descriptor)
        try await begin(request)
        var gaps = Gaps()
        let report = try await read(request, &gaps)
        let (stability, access, runState) = (stability(of: report), access, runState)
        // Netlink is not the device's, and a resume may be waiting.
        turns.end(turn)
        var netlinkGaps: [DeviceState.MissingPart] = []
        let netlink = await netlinkConfiguration(until: request.deadline, &netlinkGaps)
        guard let info else { throw notFound }
        let observation = report?.latest
        let deviceClass = info.deviceClass ?? observation?.deviceClass ?? netlink?.deviceClass
        guard let deviceClass else {
            throw ControlError(
                .stateIncomplete, "neither netlink nor the device says of which class \(name.string) is", device: name
            )
        }
        gaps.add(netlinkGaps)
        let queues = report?.queues ?? []
        gaps.addQueues(queues, count: observation?.queueCount ?? info.queueCount, access: access, runState: runState)
        if observation == nil { gaps.addUnread(netlink) }
        let configuration = observation?.configuration
        if let observation, configuration == nil {
            if observation.status.contains(.featuresOK) {
                gaps.add("standard.configuration", "it never read the same twice", .vdpad)
            } else {
                gaps.add("standard.configuration", "FEATURES_OK is not set", .owner)
            }
        }
        var standard = DeviceState.Standard(
            deviceClass: deviceClass, status: observation?.status ?? info.hostStatus,
            deviceFeatures: observation?.features ?? netlink?.features,
            negotiatedFeatures: netlink?.negotiatedFeatures, backendFeatures: observation?.backendFeatures,
            configuration: configuration, queueCount: observation?.queueCount ?? info.queueCount,
            queues: queues.map { DeviceState.Queue($0, maximumSize: observation?.maximumQueueSize) },
            groupCount: observation?.groupCount, addressSpaceCount: observation?.addressSpaceCount,
            iovaRange: observation?.iovaRange)
        gaps.addControlQueue(of: deviceClass, negotiated: netlink?.negotiatedFeatures, access: access)
        gaps.addInnerState(of: deviceClass)
        gaps.replaceQueues(standard.withdrawImpossibleQueues())
        gaps.addLacking(of: standard)
        let state = DeviceState(
            source: DeviceState.Source(
                host: environment.source.host, kernel: environment.source.kernel, vdpad: Version.current,
                time: Timestamp.now.text, managementDevice: info.managementDevice),
            identity: DeviceState.Identity(name: name, deviceClass: deviceClass, vendorID: info.vendorID),
            standard: standard,
            completeness: DeviceState.Completeness(missing: gaps.parts), stability: stability)
        do throws(DeviceState.Contradiction) {
            try state.validate()
        } catch {
            // A document that no reader accepts would be worse than none.
            var reply = ControlError(.deviceFailed, "\(name.string) says what cannot be: \(error)", device: name)
            reply.stateAfter = stateAfter
            throw reply
        }
        guard let supplied = params.supplied else { return StateExportMethod.Result(state: state) }
        do throws(DeviceState.Contradiction) {
            let largest = observation?.maximumQueueSize ?? info.maximumQueueSize
            return StateExportMethod.Result(
                state: try state.supplying(supplied, maximumSize: largest.map(UInt32.init)))
        } catch {
            throw ControlError(.invalidState, "\(error)", device: name)
        }
    }

    /// Reads all that the access allows; what keeps the device from being asked becomes gaps.
    private func read(_ request: DeviceRequest, _ gaps: inout Gaps) async throws(ControlError) -> DeviceReport? {
        guard info?.node != nil else {
            gaps.add("standard.status", "the device is not bound to vhost_vdpa", .nobody)
            return nil
        }
        do throws(ControlError) {
            // The holder first: what is recorded of a stop counts only for the one that is there now.
            let (reach, _) = try await reach(.examine, for: request)
            return try await export(through: reach, request)
        } catch let error where error.code == .notRunning && isHeld != true {
            gaps.add("standard.status", "nobody holds the device", .vdpad)
            return nil
        }
    }

    private func export(through reach: Reach, _ request: DeviceRequest) async throws(ControlError) -> DeviceReport {
        guard let stop = recordAsFarAsKnown, stop.runState == .suspended else {
            return try await prove(reach, .export(assertStop: false), request).1
        }
        let call = host.perform(
            .export(assertStop: true, by: way(of: stop.mechanism, request)), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            throw late(call, stop.mechanism.stopName, stop, stop, reach, request)
        }
        switch result {
        case .success(let report):
            guard isStanding(stop, report) else { throw await lost(stop, report, reach, request) }
            _ = confirmStop(stop, report)
            return report
        case .failure(let error) where error.code == .notRunning && error.observation != nil:
            // It was reset, so there is no stop to assert.
            _ = failure(error)
            return try await prove(reach, .export(assertStop: false), request).1
        case .failure(let error):
            throw await failed(error, stop, stop, reach, request)
        }
    }

    private func stability(of report: DeviceReport?) -> DeviceState.Stability {
        let queues = report?.queues ?? []
        let moving = queues.filter { $0.positionFailure?.code == .verificationFailed }
        // Whatever the call has returned: what moves on does not stand still.
        let isStopped = report?.call != nil && recordedRunState == .suspended && moving.isEmpty
        var checks: [String] = []
        let mechanism = record?.mechanism ?? .ioctl
        if let report, report.call != nil {
            checks.append(mechanism.proof)
            if report.before.status.contains(.driverOK), report.after?.status.contains(.driverOK) == true {
                checks.append("DRIVER_OK was set before and after")
            }
        } else if let report, queues.contains(where: { $0.position != nil }) {
            checks.append(
                report.latest.status.contains(.driverOK)
                    ? "the device offers no SUSPEND, so it could run while its positions were read"
                    : "DRIVER_OK is not set, so the device takes nothing from its queues")
        }
        checks += moving.map { "queue \($0.index) moved on while the positions were read" }
        if moving.isEmpty, queues.contains(where: { $0.position != nil }) {
            checks.append("every position was read twice and was the same")
        }
        if let snapshot = record?.configuration, let now = report?.latest.configuration {
            checks.append(
                HexadecimalBytes(now) == snapshot
                    ? "the configuration is that of the suspend" : "the configuration has changed since the suspend")
        }
        return DeviceState.Stability(
            suspended: isStopped, vouched: isStopped && access == .owner,
            operation: isStopped ? record?.operation : nil, mechanism: isStopped ? mechanism.rawValue : nil,
            assertedAt: record?.assertedAt, verification: checks)
    }
}

/// Collects what a state document lacks.
private struct Gaps {
    var parts: [DeviceState.MissingPart] = []

    mutating func add(_ part: String, _ reason: String, _ supplier: DeviceState.Supplier) {
        parts.append(DeviceState.MissingPart(part: part, reason: reason, supplier: supplier))
    }

    mutating func add(_ missing: [DeviceState.MissingPart]) {
        for part in missing { add("standard.\(part.part)", part.reason, part.supplier) }
    }

    /// Adds what is missing of queues, in the place of what was known to be missing of the same parts.
    mutating func replaceQueues(_ missing: [DeviceState.MissingPart]) {
        let replaced = Set(missing.map(\.part))
        parts.removeAll { replaced.contains($0.part) }
        parts += missing
    }

    /// What of the queues is missing: a running device has no position to speak of, and another's cannot be read.
    mutating func addQueues(_ queues: [QueueState], count: UInt32?, access: Access, runState: RunState) {
        for queue in queues where queue.position == nil {
            add(
                "standard.queues[\(queue.index)].position",
                queue.positionFailure?.message ?? "the device is not suspended",
                // A driver below without the function never tells; what has failed once may not fail again.
                queue.positionFailure?.code == .notSupported ? .nobody : .vdpad)
        }
        guard queues.isEmpty else { return }
        switch access {
        case .shared: add("standard.queues", "only the process that owns the device can read its queues", .owner)
        case .owner: add("standard.queues", "the device is \(runState.rawValue), not suspended", .vdpad)
        case .none, .host: add("standard.queues", "nobody holds the device through vhost_vdpa", .vdpad)
        }
    }

    /// Whatever is not there and not said to be missing yet.
    mutating func addLacking(of standard: DeviceState.Standard) {
        let known = Set(parts.map(\.part))
        for part in standard.lackingParts where !known.contains(part) {
            add(part, "neither netlink nor the device tells it", .nobody)
        }
    }

    /// The state behind the control queue went through the owner's hands alone. A device that vdpad brought up itself
    /// was never sent a command.
    mutating func addControlQueue(of deviceClass: DeviceClass, negotiated: Features?, access: Access) {
        guard deviceClass == .net, access == .shared, negotiated?.contains(.networkControlQueue) == true else { return }
        add("standard.controlQueue", "no call reads what the driver has set through the control queue", .owner)
    }

    /// What devices of most classes keep inside: open files of a file system, sessions of a crypto device.
    mutating func addInnerState(of deviceClass: DeviceClass) {
        guard deviceClass != .net, deviceClass != .block else { return }
        add("implementation", "no call reads what a \(deviceClass) device keeps inside", .nobody)
    }

    /// What nobody could read because nobody holds the device.
    mutating func addUnread(_ netlink: NetlinkConfiguration?) {
        for part in ["backendFeatures", "configuration", "groupCount", "addressSpaceCount", "iovaRange"] {
            add("standard.\(part)", "it is read from an open descriptor only", .vdpad)
        }
        if netlink?.features == nil {
            add("standard.deviceFeatures", "netlink does not say", .vdpad)
        }
    }
}

extension DeviceState.Queue {
    /// The document's form of a queue.
    fileprivate init(_ queue: QueueState, maximumSize: UInt16?) {
        self.init(
            index: UInt16(truncatingIfNeeded: queue.index), maximumSize: maximumSize.map(UInt32.init),
            size: queue.size, format: queue.format, position: queue.position, group: queue.group,
            descriptorGroup: queue.descriptorGroup, addressSpace: queue.addressSpace)
    }
}
