import ControlAPI
import DeviceState
import JSON
import VDPA
import Virtio

/// A state document that can be restored, and what a device is given of it.
struct RestorePlan: Sendable {
    /// The document.
    let state: DeviceState
    /// What a device is given.
    let restored: RestoredState
    /// What the owner of a device has to give it.
    let program: DeviceProgram

    /// Verifies a document from elsewhere and takes from it what a device needs.
    ///
    /// - Throws: `ControlError` `invalidState`, `stateIncompatible` for what only another implementation understands,
    ///   `stateIncomplete` that names the missing parts.
    init(_ document: JSONValue, for device: DeviceName) throws(ControlError) {
        do throws(DeviceStateError) {
            state = try DeviceState.verify(document)
        } catch {
            throw ControlError(.invalidState, "\(error)", device: device)
        }
        if let section = state.requiredSections(except: []).first {
            var error = ControlError(
                .stateIncompatible,
                "the state needs its section \(section.format.jsonText()), which vdpad does not know", device: device)
            error.field = "implementation"
            throw error
        }
        var parts = PartList(state.completeness.missing.map(\.part))
        let features = parts.need(state.standard.negotiatedFeatures, "standard.negotiatedFeatures")
        let configuration = parts.need(state.standard.configuration?.raw, "standard.configuration")
        _ = parts.need(state.standard.queueCount, "standard.queueCount")
        var queues: [DeviceProgram.Queue] = []
        for queue in state.standard.queues {
            let size = parts.need(queue.size, "standard.queues[\(queue.index)].size")
            let position = parts.need(queue.position, "standard.queues[\(queue.index)].position")
            guard let size, let position else { continue }
            queues.append(DeviceProgram.Queue(index: queue.index, size: size, position: position))
        }
        guard parts.missing.isEmpty, let features, let configuration else {
            var error = ControlError(
                .stateIncomplete, "the state lacks \(parts.missing.joined(separator: ", "))", device: device,
                hint: "export it by its owner, from a suspended device")
            error.missing = parts.missing
            error.field = parts.missing.first
            throw error
        }
        program = DeviceProgram(
            features: features, backendFeatures: state.standard.backendFeatures, configuration: configuration,
            queues: queues)
        restored = RestoredState(
            deviceClass: state.identity.deviceClass, features: Features(features), configuration: configuration.bytes,
            // No size is above 32,768.
            queues: queues.map { RingStart(size: UInt16(clamping: $0.size), position: $0.position) },
            queuesInUse: state.queuesInUse)
    }

    /// The state, as a device of so many queues and such sizes has to be programmed for it.
    func program(of target: RestoreTarget) -> DeviceProgram {
        var program = program
        program.queues = Array(program.queues.prefix(restored.queues(of: target).count))
        return program
    }

    /// Where queues continue of which a device has not said so.
    func unproved(_ fields: [RestoredField]) -> [QueuePosition] {
        let doubted = Set(fields.filter { $0.outcome == .accepted && $0.reason != nil }.map(\.field))
        return restored.queues.enumerated().compactMap { index, queue in
            guard doubted.contains(.position(ofQueue: UInt32(index))) else { return nil }
            return QueuePosition(queue: UInt32(index), position: queue.position)
        }
    }

    /// What a caller should know of the state before a device goes on from it.
    var warnings: [String] {
        guard !state.stability.suspended else { return [] }
        return ["the positions were read while the device was not known to stand still: it may have moved on since"]
    }

    /// The fields of the configuration that a device has otherwise and may: hints, and what its link is.
    func warnings(keeping found: [UInt8]?) -> [String] {
        guard let found else { return [] }
        let decoded = [restored.configuration, found].map { bytes in
            JSONValue(
                reparsing: DeviceState.Configuration(
                    bytes: bytes, deviceClass: restored.deviceClass, features: restored.features))
        }
        let demands = ConfigurationDemand.all(of: restored.deviceClass, accepting: restored.features) ?? []
        let demanded = Set(demands.map(\.member))
        var names: [String] = []
        for part in ["net", "block"] {
            guard case .object(let members)? = decoded[0][part] else { continue }
            names += members.filter { $0.value != decoded[1][part]?[$0.name] }.map { "\(part).\($0.name)" }
        }
        names.removeAll(where: demanded.contains)
        guard !names.isEmpty else { return [] }
        return ["the device keeps what it has of the configuration's \(names.joined(separator: ", "))"]
    }

    /// What is done in this mode to a device that is open.
    func bringUp(_ mode: RestoreMode) -> BringUp {
        var restored = restored
        restored.isTrial = mode == .preflight
        return BringUp(restoring: restored, isStarted: false)
    }
}

/// Collects the parts that a document lacks.
private struct PartList {
    private(set) var missing: [String]

    init(_ stated: [String]) {
        missing = stated
    }

    /// The part, or nil, which is noted then.
    mutating func need<Part>(_ part: Part?, _ path: String) -> Part? {
        if part == nil, !missing.contains(path) { missing.append(path) }
        return part
    }
}
