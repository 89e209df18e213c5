/// A generic netlink family as the running kernel numbers it. The number changes when its module is loaded again.
public struct GenericFamily: Sendable, Hashable {
    /// The message type of the family.
    public var id: UInt16
    /// The version to put into requests.
    public var version: UInt8

    /// Describes a family.
    public init(id: UInt16, version: UInt8) {
        self.id = id
        self.version = version
    }
}
