/// Who may open a node. What is nil is left as it is.
public struct NodePermissions: Sendable, Hashable {
    /// A user, by name or number.
    public var owner: String?
    /// A group, by name or number.
    public var group: String?
    /// The permission bits, 0 to 0777.
    public var mode: UInt16?

    /// Describes permissions.
    public init(owner: String? = nil, group: String? = nil, mode: UInt16? = nil) {
        self.owner = owner
        self.group = group
        self.mode = mode
    }
}
