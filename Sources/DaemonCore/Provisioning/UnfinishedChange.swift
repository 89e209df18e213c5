/// A change that was begun and is to be finished or taken back.
struct UnfinishedChange: Sendable, Hashable {
    /// What was begun.
    let record: ProvisioningRecord
    /// Why it could not be finished.
    var reason = "the daemon ended while it was under way"
    /// Whether it may be possible once netlink answers again.
    var isToBeTried = true
    /// True while it is being finished.
    var isInWork = false
}
