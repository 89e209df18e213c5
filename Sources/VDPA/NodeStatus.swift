/// Who may open a device's node now.
public struct NodeStatus: Sendable, Hashable {
    /// The owner's number.
    public var userID: UInt32
    /// The owner's name; nil for a number without one, and when the look-up failed.
    public var user: String?
    /// The group's number.
    public var groupID: UInt32
    /// The group's name; nil for a number without one, and when the look-up failed.
    public var group: String?
    /// The permission bits, 0 to 0777.
    public var mode: UInt16

    /// Describes a node.
    public init(userID: UInt32, user: String? = nil, groupID: UInt32, group: String? = nil, mode: UInt16) {
        self.userID = userID
        self.user = user
        self.groupID = groupID
        self.group = group
        self.mode = mode
    }
}
