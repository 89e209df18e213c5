import Virtio

/// Source: virtio 1.3 §2.7.6 and §2.7.8 (the index follows two bytes of flags) and §2.8.1 (bits 7 and 15 of a descriptor's
/// flags, its last two of 16 bytes).
extension RingMemory {
    /// Makes a ring of zeroes one in which everything up to the position is done, so that the device finds nothing to do
    /// there.
    ///
    /// - Parameters:
    ///   - ring: the ring.
    ///   - addresses: where it lies.
    ///   - base: the address of this memory.
    mutating func lay(_ ring: RingStart, at addresses: RingAddresses, from base: UInt64) {
        switch ring.position {
        case .split(let index):
            store(index, at: Int(addresses.available - base) + 2)
            store(index, at: Int(addresses.used - base) + 2)
        case .packed(let index, let wrapCounter, _, _):
            // Used descriptors have both bits alike: the counter of this round before the index, the former one's from there.
            for descriptor in 0..<ring.size where (descriptor < index) == wrapCounter {
                store(1 << 7 | 1 << 15, at: Int(addresses.descriptors - base) + 16 * Int(descriptor) + 14)
            }
        }
    }
}
