public import DeviceState
public import JSON
public import Virtio

/// `state.check`
public enum StateCheckMethod: ControlMethod {
    public typealias Result = StateCheck

    /// A state, and what it is compared with.
    public struct Params: Sendable, Hashable {
        /// The state.
        public var state: EnclosedDocument<DeviceState>
        /// What it is compared with.
        public var target: Target
        /// How long this host's devices are asked, in milliseconds.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(state: JSONValue, target: Target, deadlineMs: UInt32? = nil) {
            self.state = EnclosedDocument(state)
            self.target = target
            self.deadlineMs = deadlineMs
        }
    }

    /// What a state is compared with.
    public struct Target: Sendable, Hashable {
        /// Another host; this one if nil.
        public var host: EnclosedDocument<HostDescription>?
        /// A device.
        public var device: DeviceName?
        /// A management device.
        public var managementDevice: String?

        /// A device or a management device of this host.
        public init(_ target: CheckTarget) {
            switch target {
            case .device(let name): device = name
            case .managementDevice(let handle): managementDevice = handle
            }
        }

        /// What is named; nil unless exactly one is.
        public var selection: CheckTarget? {
            switch (device, managementDevice) {
            case (let device?, nil): .device(device)
            case (nil, let managementDevice?): .managementDevice(managementDevice)
            default: nil
            }
        }
    }

    public static let name = "state.check"
    public static let summary: StaticString = "Tells whether a host would accept a device's state."
    public static let description: StaticString = """
        Compares the document field by field with a device, or with what a management device could make, of this host or of \
        one that system.describe has described. It is decided on what is known and nothing is opened, so it can be asked \
        before anything is stopped; it does not say whether the target is free. The verdict is the worst of those of the fields \
        that count: blocking before unknown before adaptable before ok. With adaptable, device.add with the parameters makes a \
        device that fits; which attributes its driver takes, the kernel tells only then. What only an open descriptor tells \
        is taken from other devices of the class and management device where the target itself was not open yet.
        """
    public static let errors: [ErrorCode] = [
        .invalidState, .deviceNotFound, .managementDeviceNotFound, .hostBlocked,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension StateCheckMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateCheckParams" }
    public static var schemaSummary: StaticString { "A state, and what it is compared with." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try members.required("state", "The document that state.export has answered.")
        target = try members.required("target", "What it is compared with.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long this host's devices are asked, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("state", state)
        writer.member("target", target)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}

extension StateCheckMethod.Target: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateCheckTarget" }
    public static var schemaSummary: StaticString {
        "What a state is compared with: exactly one of device and managementDevice must be given."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        host = try members.optional("host", "The document that system.describe of another host has answered.")
        device = try members.optional("device", "A device.")
        managementDevice = try members.optional(
            "managementDevice", maximumLength: 256, "A management device: BUS/NAME, or NAME for one without a bus.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("host", ifPresent: host)
        writer.member("device", ifPresent: device)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.endObject()
    }
}
