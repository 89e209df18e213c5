public import JSON
public import Virtio

/// `policy.check`
public enum PolicyCheckMethod: ControlMethod {
    /// A call, and who would make it.
    public struct Params: Sendable, Hashable {
        /// The method.
        public var method: String
        /// The devices that the call would be about.
        public var devices: [DeviceName]?
        /// The user of the process that would make it; 65534 (nobody) beside groups or a unit, else the caller.
        public var uid: UInt32?
        /// Its groups.
        public var gids: [UInt32]?
        /// Its unit of the system manager.
        public var unit: String?
        /// The socket that it would come by.
        public var socket: ControlSocket?

        /// The parameters of the method.
        public init(
            method: String, devices: [DeviceName]? = nil, uid: UInt32? = nil, gids: [UInt32]? = nil,
            unit: String? = nil, socket: ControlSocket? = nil
        ) {
            self.method = method
            self.devices = devices
            self.uid = uid
            self.gids = gids
            self.unit = unit
            self.socket = socket
        }
    }

    /// The decision, and what decides it.
    public struct Result: Sendable, Hashable {
        /// Whether the call is allowed.
        public var allowed: Bool
        /// The role that it takes.
        public var requiredRole: Role
        /// Where.
        public var scope: AccessScope
        /// The role that the caller has there.
        public var heldRole: Role?
        /// The first device on which the role does not suffice.
        public var device: DeviceName?
        /// Why, in one sentence.
        public var reason: String
        /// Who would make the call.
        public var peer: PolicyPeer
        /// The grants of the configuration and whether they are for that peer.
        public var grants: [PolicyGrant]

        /// The result of the method.
        public init(
            allowed: Bool, requiredRole: Role, scope: AccessScope, heldRole: Role?, device: DeviceName?, reason: String,
            peer: PolicyPeer, grants: [PolicyGrant]
        ) {
            self.allowed = allowed
            self.requiredRole = requiredRole
            self.scope = scope
            self.heldRole = heldRole
            self.device = device
            self.reason = reason
            self.peer = peer
            self.grants = grants
        }
    }

    public static let name = "policy.check"
    public static let summary: StaticString = "Explains whether a call is allowed, and why."
    public static let description: StaticString = """
        Calls nothing. Without uid, gids and unit it is about the caller itself, as the daemon has known it since it \
        connected, and lists only the grants that are the caller's. To ask about others takes the role admin on every \
        device.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = true
}

extension PolicyCheckMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "PolicyCheckParams" }
    public static var schemaSummary: StaticString { "A call, and who would make it." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        method = try members.required("method", maximumLength: 256, "The method.")
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements,
            "The devices that the call would be about; without them, every device, where the method takes any.")
        uid = try members.optional(
            "uid", "The user of the process that would make it; 65534 (nobody) beside gids or unit, else the caller.")
        gids = try members.optional("gids", maximumCount: ListLimit.elements, "Its groups.")
        unit = try members.optional("unit", maximumLength: 255, "Its unit of the system manager.")
        socket = try members.optional("socket", "The socket that it would come by; the caller's own if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("method", method)
        writer.member("devices", ifPresent: devices)
        writer.member("uid", ifPresent: uid)
        writer.member("gids", ifPresent: gids)
        writer.member("unit", ifPresent: unit)
        writer.member("socket", ifPresent: socket)
        writer.endObject()
    }
}

extension PolicyCheckMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "PolicyCheckResult" }
    public static var schemaSummary: StaticString { "The decision, and what decides it." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        allowed = try members.required("allowed", "Whether the call is allowed.")
        requiredRole = try members.required("requiredRole", "The role that it takes.")
        scope = try members.required("scope", "Where.")
        heldRole = try members.optional("heldRole", "The role that the caller has there; absent when it has none.")
        device = try members.optional("device", "The first device on which the role does not suffice.")
        reason = try members.required("reason", "Why, in one sentence.")
        peer = try members.required("peer", "Who would make the call.")
        grants = try members.required("grants", "The grants of the configuration, and whether they are for that peer.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("allowed", allowed)
        writer.member("requiredRole", requiredRole)
        writer.member("scope", scope)
        writer.member("heldRole", ifPresent: heldRole)
        writer.member("device", ifPresent: device)
        writer.member("reason", reason)
        writer.member("peer", peer)
        writer.member("grants", grants)
        writer.endObject()
    }
}
