public import JSON
public import Virtio

/// `device.handBack`
public enum DeviceHandBackMethod: ControlMethod {
    /// Which devices: exactly one of the three must be given.
    public struct Params: Sendable, Hashable {
        /// One device.
        public var device: DeviceName?
        /// Some devices, each once.
        public var devices: [DeviceName]?
        /// The operation that has stopped them.
        public var operation: String?

        /// One device.
        public init(device: DeviceName) {
            self.device = device
        }

        /// Some devices.
        public init(devices: [DeviceName]) {
            self.devices = devices
        }

        /// What an operation has stopped.
        public init(operation: String) {
            self.operation = operation
        }
    }

    /// Where the devices are.
    public enum Result: Sendable, Hashable {
        /// The one device that was named as such.
        case device(DeviceControlState)
        /// The devices of a list or of an operation.
        case devices([DeviceControlState])
    }

    public static let name = "device.handBack"
    public static let summary: StaticString = "Forgets a stop, because the VMM takes the device over."
    public static let description: StaticString = """
        Called before an agent tells the VMM to stop, snapshot or migrate. Names one device, several, or \
        the operation that has stopped them. Nothing is called on a device, and a lease that it has ends; vdpad will \
        not resume it by itself. A device that vdpad itself holds has no VMM, and is refused. If one of several cannot \
        be handed back, none is.
        """
    public static let errors: [ErrorCode] = [.deviceNotFound, .operationInProgress, .hostBlocked]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeviceHandBackMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceHandBackParams" }
    public static var schemaSummary: StaticString { "Which devices: exactly one of the members must be given." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.optional("device", "One device.")
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements, "Some devices, at least one and each once.")
        operation = try members.optional("operation", "The operation that has stopped them.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", ifPresent: device)
        writer.member("devices", ifPresent: devices)
        writer.member("operation", ifPresent: operation)
        writer.endObject()
    }
}

extension DeviceHandBackMethod.Result: JSONReadable, JSONWritable {
    /// The member names tell the two forms from each other.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        self =
            value["devices"] == nil
            ? .device(try DeviceControlState(value, at: path))
            : .devices(try HandedBackDevices(value, at: path).devices)
    }

    /// Either form.
    public static var schema: JSONSchema {
        JSONSchema(
            .anyOf([DeviceControlState.schema, HandedBackDevices.schema]),
            description: "Where the one device is that was named by device, else where all are.")
    }

    /// Of no device.
    public static var placeholder: Self { .devices([]) }

    /// Writes the form.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .device(let state): state.write(to: &writer)
        case .devices(let devices): HandedBackDevices(devices: devices).write(to: &writer)
        }
    }
}

/// Where devices are that were handed back.
struct HandedBackDevices: Sendable, Hashable {
    var devices: [DeviceControlState]
}

extension HandedBackDevices: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "Where devices are that were handed back." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.required("devices", "The devices, in the order of the call.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", devices)
        writer.endObject()
    }
}
