/// How far a device has come in a virtqueue.
public enum RingPosition: Sendable, Hashable {
    /// The next available index, 16 bits; the used index is in the ring's memory.
    case split(availableIndex: UInt16)
    /// Indices of 15 bits, each with the wrap counter of its side.
    case packed(availableIndex: UInt16, availableWrapCounter: Bool, usedIndex: UInt16, usedWrapCounter: Bool)

    /// The position of a queue that has processed nothing.
    public static func initial(_ format: RingFormat) -> RingPosition {
        switch format {
        case .split:
            .split(availableIndex: 0)
        case .packed:
            .packed(availableIndex: 0, availableWrapCounter: true, usedIndex: 0, usedWrapCounter: true)
        }
    }

    /// Decodes the number of VHOST_GET_VRING_BASE. Source: vhost_vdpa_vring_ioctl in drivers/vhost/vdpa.c.
    ///
    /// - Parameters:
    ///   - vringBase: For a split ring only the low 16 bits count.
    ///   - format: The kernel does not tell; it follows the features set last, which survive a reset.
    public init(vringBase: UInt32, format: RingFormat) {
        let low = UInt16(truncatingIfNeeded: vringBase)
        let high = UInt16(truncatingIfNeeded: vringBase >> 16)
        switch format {
        case .split:
            self = .split(availableIndex: low)
        case .packed:
            self = .packed(
                availableIndex: low & 0x7fff, availableWrapCounter: low & 0x8000 != 0,
                usedIndex: high & 0x7fff, usedWrapCounter: high & 0x8000 != 0)
        }
    }

    /// The number for VHOST_SET_VRING_BASE. Only the low 15 bits of a packed index are taken.
    public var vringBase: UInt32 {
        switch self {
        case .split(let availableIndex):
            UInt32(availableIndex)
        case .packed(let availableIndex, let availableWrapCounter, let usedIndex, let usedWrapCounter):
            UInt32(availableIndex & 0x7fff) | (availableWrapCounter ? 0x8000 : 0)
                | UInt32(usedIndex & 0x7fff) << 16 | (usedWrapCounter ? 0x8000_0000 : 0)
        }
    }

    /// The format that this position belongs to.
    public var format: RingFormat {
        switch self {
        case .split: .split
        case .packed: .packed
        }
    }
}
