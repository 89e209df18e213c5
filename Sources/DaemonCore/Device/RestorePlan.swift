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
            queues: queues.map { RingStart(size: UInt16(clamping: $0.size), position: $0.position) })
    }

    /// What is done in this mode to a device that is open.
    func bringUp(_ mode: RestoreMode) -> BringUp {
        var restored = restored
        restored.isTrial = mode == .preflight
        return BringUp(restoring: restored, isStarted: false)
    }

    /// Names the first member of the configuration that a device does not take, instead of the configuration.
    func naming(_ error: HostError) -> HostError {
        guard error.field == .configuration, let found = error.observation?.configuration,
            let member = differingMember(found)
        else { return error }
        var error = error
        error.field = StateField(rawValue: "\(StateField.configuration.rawValue).\(member)")
        return error
    }

    private func differingMember(_ found: [UInt8]) -> String? {
        let all = Features(rawValue: .max)
        let deviceClass = restored.deviceClass
        let wanted = DeviceState.Configuration(
            bytes: restored.configuration, deviceClass: deviceClass, features: all)
        let present = DeviceState.Configuration(bytes: found, deviceClass: deviceClass, features: all)
        let (first, second) = (JSONValue(reparsing: wanted), JSONValue(reparsing: present))
        for part in ["net", "block", "fs"] {
            guard case .object(let members)? = first[part] else { continue }
            let differing = members.first { $0.value != second[part]?[$0.name] }
            if let differing { return "\(part).\(differing.name)" }
        }
        return nil
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
