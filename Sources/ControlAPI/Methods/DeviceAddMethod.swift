public import JSON

/// `device.add`
public enum DeviceAddMethod: ControlMethod {
    public typealias Result = BoundDevice

    /// What the device is to be.
    public struct Params: Sendable, Hashable {
        /// What the device is to be.
        public var definition: DeviceDefinition
        /// How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(definition: DeviceDefinition, deadlineMs: UInt32? = nil) {
            self.definition = definition
            self.deadlineMs = deadlineMs
        }
    }

    public static let name = "device.add"
    public static let summary: StaticString = "Creates a device, and binds it."
    public static let description: StaticString = """
        Checks the parameters against the management device before the kernel is asked. With driver the \
        device is bound to that one whatever drivers_autoprobe says: that is off while the device is \
        created, and restored after. Devices are created one at a time. If a later step fails, the device \
        is deleted again, also after a death of the daemon and if the call returns after the deadline. \
        The reply says what was read back.
        """
    public static let errors: [ErrorCode] = [
        .managementDeviceNotFound, .alreadyExists, .notSupported, .deadlineExceeded, .operationInProgress,
        .hostBlocked, .deviceGone, .deviceBusy, .kernelError, .verificationFailed,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
    public static let isOperation = true
}

extension DeviceAddMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceAddParams" }
    public static var schemaSummary: StaticString { "What the device is to be." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        definition = try DeviceDefinition(members: &members)
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        definition.writeMembers(to: &writer)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}
