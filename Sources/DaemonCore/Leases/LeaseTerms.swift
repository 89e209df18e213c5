import ControlAPI

/// What a suspend asks for of its stop's end.
struct LeaseTerms: Sendable, Hashable {
    /// What it is to end with.
    var kind: LeaseKind?
    /// After how long, in milliseconds.
    var holdMs: UInt32?
    /// The operation whose lease is renewed.
    var operation: String?
}
