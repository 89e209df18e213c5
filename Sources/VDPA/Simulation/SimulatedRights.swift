/// The owner, the group and the mode of a simulated node; at first those of devtmpfs.
struct SimulatedRights: Sendable, Hashable {
    /// The user's number.
    var user: UInt32 = 0
    /// The group's number.
    var group: UInt32 = 0
    /// The permission bits.
    var mode: UInt16 = 0o600
}
