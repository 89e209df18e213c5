/// A range of I/O virtual addresses, both ends included.
public struct AddressRange: Sendable, Hashable {
    /// The lowest address.
    public let first: UInt64
    /// The highest address.
    public let last: UInt64

    /// The range between two addresses, or nil when the last lies before the first.
    public init?(first: UInt64, last: UInt64) {
        guard first <= last else { return nil }
        self.first = first
        self.last = last
    }

    /// Whether every address of the other range is in this one.
    public func contains(_ other: AddressRange) -> Bool {
        first <= other.first && other.last <= last
    }
}
