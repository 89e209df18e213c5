/// Who connected or listens, as the kernel recorded it then (SO_PEERCRED).
public struct PeerCredentials: Sendable, Hashable {
    /// Process at that time; the number may since name another one.
    public let processID: Int32
    /// Effective user.
    public let userID: UInt32
    /// Effective group.
    public let groupID: UInt32
}
