/// What becomes of a stop that is asked for.
struct StopTerms: Sendable {
    /// Whether to stop also a device that cannot be resumed.
    var allowIrreversible = false
    /// Whether the device is to stay stopped whatever happens.
    var keep = false
    /// When it is to be resumed.
    var lease = LeaseTerms()
}
