/// What the kernel's vhost-vdpa side can do with a device (VHOST_GET_BACKEND_FEATURES). Source: linux/vhost_types.h,
/// VHOST_BACKEND_F_*.
public struct BackendFeatures: OptionSet, Sendable, Hashable {
    /// The mask as the kernel has it.
    public let rawValue: UInt64

    /// Any mask; unknown bits are kept.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// IOTLB_MSG_V2.
    public static let iotlbMessageV2 = BackendFeatures(rawValue: 1 << 1)
    /// IOTLB_BATCH.
    public static let iotlbBatch = BackendFeatures(rawValue: 1 << 2)
    /// IOTLB_ASID: mappings name an address space.
    public static let iotlbAddressSpaces = BackendFeatures(rawValue: 1 << 3)
    /// SUSPEND: VHOST_VDPA_SUSPEND works.
    public static let suspend = BackendFeatures(rawValue: 1 << 4)
    /// RESUME: VHOST_VDPA_RESUME works.
    public static let resume = BackendFeatures(rawValue: 1 << 5)
    /// ENABLE_AFTER_DRIVER_OK: queues can be enabled while the device runs.
    public static let enableAfterDriverOK = BackendFeatures(rawValue: 1 << 6)
    /// DESC_ASID: descriptors have an address space of their own.
    public static let descriptorAddressSpaces = BackendFeatures(rawValue: 1 << 7)
    /// IOTLB_PERSIST: mappings survive a reset.
    public static let iotlbPersist = BackendFeatures(rawValue: 1 << 8)

    private static let bitNames = BitNames([
        1: "IOTLB_MSG_V2", 2: "IOTLB_BATCH", 3: "IOTLB_ASID", 4: "SUSPEND", 5: "RESUME", 6: "ENABLE_AFTER_DRIVER_OK",
        7: "DESC_ASID", 8: "IOTLB_PERSIST",
    ])

    /// The names of the bits that are set and known, lowest first.
    public var names: [String] { Self.bitNames.names(in: rawValue) }

    /// The bits that are set and have no name, lowest first.
    public var unknownBits: [Int] { Self.bitNames.unknownBits(in: rawValue) }

    /// The bit with this name, or nil.
    public static func bit(named name: String) -> Int? {
        bitNames.bit(named: name)
    }

    /// Such as `0x17e`.
    public var hexadecimal: String { rawValue.hexadecimal }
}
