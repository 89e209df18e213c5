public import JSON
public import Virtio

/// Whether a host would accept a state: what `state.check` answers, and vdpactl without a daemon.
///
/// It is decided on the two documents alone; nothing is opened. What only an open descriptor tells of a device is taken from
/// other devices of its class and its management device where it was not read from the device itself, since it is the
/// parent driver's.
public struct StateCheck: Sendable, Hashable {
    /// The worst of the fields that count.
    public var verdict: CheckVerdict
    /// The name of the target's host.
    public var host: String
    /// The device that the state was compared with.
    public var device: DeviceName?
    /// The management device that the state was compared with a device of.
    public var managementDevice: String?
    /// What a device is to be created with so that it fits; nil for a device that need not be made anew, and where none
    /// would fit.
    public var parameters: CreationParameters?
    /// What was found, in the order of `CheckField`; only completeness and class when the class differs.
    public var fields: [CheckedField]

    /// Compares a state with a device or a management device.
    ///
    /// - Throws: `StateCheckError` when the host has no such target.
    public init(
        of state: DeviceState, with target: CheckTarget, on host: HostDescription
    ) throws(StateCheckError) {
        var remedy: CreationParameters?
        let question: CheckQuestion
        switch target {
        case .device(let name):
            guard let device = host.devices.first(where: { $0.name == name }) else {
                throw .deviceNotFound(name, host: host.host.name)
            }
            question = CheckQuestion(state: state, target: TargetFacts(device, of: host))
            fields = CheckRules.findings(question)
            self.device = name
            if let maker = host.managementDevices.first(where: { $0.name == device.managementDevice }) {
                remedy = NewDeviceCheck(of: state, by: maker, on: host).adapt(&fields)
            }
        case .managementDevice(let handle):
            guard let maker = host.managementDevices.first(where: { $0.name == handle }) else {
                throw .managementDeviceNotFound(handle, host: host.host.name)
            }
            managementDevice = handle
            let check = NewDeviceCheck(of: state, by: maker, on: host)
            question = check.question
            fields = check.fields
            remedy = check.parameters
        }
        CheckRules.doubt(&fields, question)
        self.host = host.host.name
        verdict = fields.filter { !$0.finding.isAdvisory }.map(\.finding.verdict).max() ?? .ok
        parameters = verdict == .blocking ? nil : remedy
    }
}

/// Why there is nothing to compare a state with.
public enum StateCheckError: Error, Sendable, Hashable {
    /// The host has no such device.
    case deviceNotFound(DeviceName, host: String)
    /// The host has no such management device.
    case managementDeviceNotFound(String, host: String)
}

extension StateCheckError: CustomStringConvertible {
    /// A sentence for an error message.
    public var description: String {
        switch self {
        case .deviceNotFound(let name, let host): "there is no device \(name) on \(host)"
        case .managementDeviceNotFound(let handle, let host): "there is no management device \(handle) on \(host)"
        }
    }
}

extension StateCheck: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Whether a host would accept a state." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        verdict = try members.required("verdict", "The worst of the fields that count.")
        host = try members.required("host", "The name of the target's host.")
        device = try members.optional("device", "The device that the state was compared with.")
        managementDevice = try members.optional(
            "managementDevice", "The management device that the state was compared with a device of.")
        parameters = try members.optional(
            "parameters",
            "What a device is to be created with so that it fits; absent for a device that need not be made anew.")
        fields = try members.required(
            "fields", "What was found; only completeness and class when the class differs.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("verdict", verdict)
        writer.member("host", host)
        writer.member("device", ifPresent: device)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("parameters", ifPresent: parameters)
        writer.member("fields", fields)
        writer.endObject()
    }
}
