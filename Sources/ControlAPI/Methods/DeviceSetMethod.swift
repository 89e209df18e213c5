import DeviceState
public import JSON
public import Virtio

/// `device.set`
public enum DeviceSetMethod: ControlMethod {
    /// Which device to change, and how.
    public struct Params: Sendable, Hashable {
        /// The device.
        public var target: DeviceTarget
        /// A network device's new address.
        public var mac: MACAddress?
        /// Who may open its node from now on.
        public var node: NodeRights?
        /// True: change the address also while somebody holds the device.
        public var confirm: Bool

        /// The parameters of the method.
        public init(target: DeviceTarget, mac: MACAddress? = nil, node: NodeRights? = nil, confirm: Bool = false) {
            self.target = target
            self.mac = mac
            self.node = node
            self.confirm = confirm
        }
    }

    /// What was changed.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// A network device's address as it was read back; nil if it was not to be changed.
        public var mac: MACAddress?

        /// The result of the method.
        public init(state: DeviceControlState, mac: MACAddress? = nil) {
            self.state = state
            self.mac = mac
        }
    }

    public static let name = "device.set"
    public static let summary: StaticString = "Changes a device's address or the rights of its node."
    public static let description: StaticString = """
        The address is read back, since some kernels report success for a change that was not made. A \
        running guest sees its configuration change without notice, so a device that somebody holds is \
        changed only with confirm. Nothing else of a device can be changed without making it anew.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .notSupported, .deadlineExceeded, .operationInProgress, .hostBlocked,
        .deviceGone, .kernelError, .verificationFailed,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeviceSetMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceSetParams" }
    public static var schemaSummary: StaticString { "Which device to change, and how." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceTarget(members: &members)
        mac = try members.optional("mac", "A network device's new address: unicast, not zero.")
        node = try members.optional("node", "Who may open its node from now on.")
        confirm = try members.optional(
            "confirm", default: false, "True: change the address also while somebody holds the device.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("mac", ifPresent: mac)
        writer.member("node", ifPresent: node)
        writer.member("confirm", confirm)
        writer.endObject()
    }
}

extension DeviceSetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceSetResult" }
    public static var schemaSummary: StaticString { "What was changed." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        mac = try members.optional(
            "mac", "A network device's address as it was read back; absent if it was not to be changed.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("mac", ifPresent: mac)
        writer.endObject()
    }
}
