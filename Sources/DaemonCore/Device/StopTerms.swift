import ControlAPI

/// What becomes of a stop that is asked for.
struct StopTerms: Sendable {
    /// Whether to stop also a device that cannot be resumed.
    var allowIrreversible = false
    /// Whether the device is to stay stopped whatever happens.
    var keep = false
    /// What its group does when another member cannot be stopped; nil for a device that is stopped alone. A group decides
    /// itself what becomes of a stop that failed.
    var group: GroupFailurePolicy?
    /// When it is to be resumed.
    var lease = LeaseTerms()
}
