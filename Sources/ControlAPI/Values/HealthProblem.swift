public import JSON
public import Virtio

/// Something that keeps the daemon from doing all of its work.
public struct HealthProblem: Sendable, Hashable {
    /// What kind of problem it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        /// The vdpa netlink family cannot be reached.
        case netlinkUnavailable
        /// The kernel does not tell what changes: nodes opened and closed, devices that come and go.
        case notificationsUnavailable
        /// A node was removed while a process holds it: netlink waits for its last close.
        case removalPending
        /// A change of a device was begun, and could be neither finished nor taken back.
        case unfinishedChange
        /// The kernel does not bind new devices by itself as it did before.
        case autoprobeOff
        /// A kernel call has not returned.
        case stuckCall
        /// The state directory cannot be written.
        case stateDirectory
        /// A device may be stopped, and vdpad could not find out or not resume it.
        case recoveryFailed
        /// A declaration cannot be used, or the device that it declares could not be made.
        case declaration

        /// For the documentation.
        public static var schemaSummary: StaticString? { "What kind of problem it is." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .netlinkUnavailable: "The vdpa netlink family cannot be reached."
            case .notificationsUnavailable:
                "The kernel does not tell what changes: nodes opened and closed, devices that come and go."
            case .removalPending: "A node was removed while a process holds it: netlink waits for its last close."
            case .unfinishedChange:
                "A change of a device was begun, and could be neither finished nor taken back."
            case .autoprobeOff: "The kernel does not bind new devices by itself as it did before."
            case .stuckCall: "A kernel call has not returned."
            case .stateDirectory: "The state directory cannot be written."
            case .recoveryFailed: "A device may be stopped, and vdpad could not find out or not resume it."
            case .declaration: "A declaration cannot be used, or the device that it declares could not be made."
            }
        }
    }

    /// What kind of problem it is.
    public var kind: Kind
    /// One sentence.
    public var message: String
    /// The device concerned.
    public var device: DeviceName?
    /// For how long.
    public var sinceMs: UInt64?
    /// Who holds the device, as far as it was found; nil where that has nothing to do with the problem.
    public var holders: [HolderInfo]?

    /// Describes a problem.
    public init(
        kind: Kind, message: String, device: DeviceName? = nil, sinceMs: UInt64? = nil, holders: [HolderInfo]? = nil
    ) {
        self.kind = kind
        self.message = message
        self.device = device
        self.sinceMs = sinceMs
        self.holders = holders
    }
}

extension HealthProblem: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Something that keeps the daemon from doing all of its work." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        kind = try members.required("kind", "What kind of problem it is.")
        message = try members.required("message", "One sentence.")
        device = try members.optional("device", "The device concerned.")
        sinceMs = try members.optional("sinceMs", "For how long, in milliseconds.")
        holders = try members.optional("holders", "Who holds the device, where the problem lasts until they close it.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", kind)
        writer.member("message", message)
        writer.member("device", ifPresent: device)
        writer.member("sinceMs", ifPresent: sinceMs)
        writer.member("holders", ifPresent: holders)
        writer.endObject()
    }
}
