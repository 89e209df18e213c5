/// Where a call that changes something comes from.
struct CallOrigin: Sendable, Hashable {
    /// Its operation.
    var operation: String
    /// The connection of its client; nil for what vdpad does by itself.
    var connection: UInt64?
}
