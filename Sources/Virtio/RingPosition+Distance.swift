extension RingPosition {
    /// How many descriptors a device takes from this position to a later one of the same ring; nil if the formats differ.
    ///
    /// Counted round the ring: up to 65,535 for a split ring, whose index runs through 16 bits whatever the ring's size, and
    /// below twice the size for a packed one, whose wrap counter tells one round from the next.
    public func distance(to later: RingPosition, size: UInt32) -> UInt32? {
        switch (self, later) {
        case (.split(let first), .split(let last)):
            return UInt32(last &- first)
        case (.packed(let first, let firstWrap, _, _), .packed(let last, let lastWrap, _, _)):
            let (from, to) = (UInt32(first) + (firstWrap ? 0 : size), UInt32(last) + (lastWrap ? 0 : size))
            return (to + 2 * size - from) % (2 * size)
        default:
            return nil
        }
    }

    /// Where the device is done, of a packed ring; a split ring's memory says it alone.
    public var used: RingPosition? {
        guard case .packed(_, _, let usedIndex, let usedWrapCounter) = self else { return nil }
        return .packed(
            availableIndex: usedIndex, availableWrapCounter: usedWrapCounter, usedIndex: usedIndex,
            usedWrapCounter: usedWrapCounter)
    }
}
