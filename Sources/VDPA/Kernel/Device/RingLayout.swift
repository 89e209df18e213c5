import Virtio

/// Where the areas of one ring are, as I/O virtual addresses.
struct RingAddresses: Sendable, Hashable {
    /// The descriptor area.
    var descriptors: UInt64
    /// The available ring; for a packed ring the driver's event suppression area.
    var available: UInt64
    /// The used ring; for a packed ring the device's event suppression area.
    var used: UInt64
}

/// How the rings of all queues lie in one mapping, each on pages of its own.
///
/// Source: virtio 1.3 §2.7 (split: 16, 6 + 2, 6 + 8 bytes for each descriptor) and §2.8 (packed: 16, 4, 4).
struct RingLayout: Sendable, Hashable {
    static let pageSize: UInt64 = 4096

    /// The address of the first byte.
    let base: UInt64
    /// The size of the whole mapping.
    let byteCount: Int
    private let queues: [RingAddresses]

    /// Places rings of these sizes at the lowest pages of the range, but never at address 0; nil when the range is too
    /// small, and for no rings.
    init?(sizes: [UInt16], format: RingFormat, range: AddressRange) {
        let (first, overflow) = max(range.first, Self.pageSize).addingReportingOverflow(Self.pageSize - 1)
        base = first & ~(Self.pageSize - 1)
        guard !overflow, !sizes.isEmpty, base <= range.last else { return nil }
        var next: UInt64 = 0
        var offsets: [UInt64] = []
        for size in sizes {
            offsets.append(next)
            next += Self.aligned(Self.byteCount(size: UInt64(size), format), to: Self.pageSize)
        }
        guard next - 1 <= range.last - base else { return nil }
        byteCount = Int(next)
        queues = zip(offsets, sizes).map { [base] offset, size in
            Self.addresses(at: base + offset, size: UInt64(size), format)
        }
    }

    /// Where a queue's areas are.
    func addresses(queue: UInt32) -> RingAddresses {
        queues[Int(queue)]
    }

    private static func byteCount(size: UInt64, _ format: RingFormat) -> UInt64 {
        switch format {
        case .split: aligned(16 * size + 6 + 2 * size, to: 4) + 6 + 8 * size
        case .packed: 16 * size + 4 + 4
        }
    }

    private static func addresses(at descriptors: UInt64, size: UInt64, _ format: RingFormat) -> RingAddresses {
        let available = descriptors + 16 * size
        let used =
            switch format {
            case .split: descriptors + aligned(16 * size + 6 + 2 * size, to: 4)
            case .packed: available + 4
            }
        return RingAddresses(descriptors: descriptors, available: available, used: used)
    }

    private static func aligned(_ value: UInt64, to alignment: UInt64) -> UInt64 {
        (value + alignment - 1) & ~(alignment - 1)
    }
}
