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
    private let bytesPerQueue: UInt64
    private let queueSize: UInt64
    private let format: RingFormat
    private let queueCount: UInt64

    /// Places the rings at the lowest pages of the range, but never at address 0; nil when the range is too small.
    init?(queueCount: UInt32, queueSize: UInt16, format: RingFormat, range: AddressRange) {
        self.queueCount = UInt64(queueCount)
        self.queueSize = UInt64(queueSize)
        self.format = format
        let size = UInt64(queueSize)
        let bytes =
            switch format {
            case .split: Self.aligned(16 * size + 6 + 2 * size, to: 4) + 6 + 8 * size
            case .packed: 16 * size + 4 + 4
            }
        bytesPerQueue = Self.aligned(bytes, to: Self.pageSize)
        let total = bytesPerQueue * self.queueCount
        let (first, overflow) = max(range.first, Self.pageSize).addingReportingOverflow(Self.pageSize - 1)
        base = first & ~(Self.pageSize - 1)
        guard !overflow, total > 0, base <= range.last, total - 1 <= range.last - base else { return nil }
    }

    /// The size of the whole mapping.
    var byteCount: Int { Int(bytesPerQueue * queueCount) }

    /// Where a queue's areas are.
    func addresses(queue: UInt32) -> RingAddresses {
        let descriptors = base + UInt64(queue) * bytesPerQueue
        let available = descriptors + 16 * queueSize
        let used =
            switch format {
            case .split: descriptors + Self.aligned(16 * queueSize + 6 + 2 * queueSize, to: 4)
            case .packed: available + 4
            }
        return RingAddresses(descriptors: descriptors, available: available, used: used)
    }

    private static func aligned(_ value: UInt64, to alignment: UInt64) -> UInt64 {
        (value + alignment - 1) & ~(alignment - 1)
    }
}
