/// Virtio feature bits 0 to 63: what a device offers, or what was negotiated. Bits above 63 cannot cross vhost-vdpa.
public struct Features: OptionSet, Sendable, Hashable {
    /// The mask as the kernel has it.
    public let rawValue: UInt64

    /// Any mask; unknown bits are kept.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// One bit.
    public init(bit: Int) {
        rawValue = 1 << UInt64(bit)
    }

    /// VERSION_1: not a legacy device.
    public static let version1 = Features(bit: 32)
    /// ACCESS_PLATFORM: the device uses I/O virtual addresses.
    public static let accessPlatform = Features(bit: 33)
    /// RING_PACKED.
    public static let ringPacked = Features(bit: 34)
    /// IN_ORDER.
    public static let inOrder = Features(bit: 35)
    /// RING_RESET.
    public static let ringReset = Features(bit: 40)
    /// CTRL_VQ of a network device.
    public static let networkControlQueue = Features(bit: 17)
    /// The stop by status bit of virtio 1.4.
    public static let suspend = Features(bit: 43)

    /// The names of the bits that are set and known for the class, lowest first. Without a class only the names that
    /// all classes share.
    public func names(for deviceClass: DeviceClass?) -> [String] {
        Self.bitNames(for: deviceClass).names(in: rawValue)
    }

    /// The bits that are set and have no name for the class, lowest first.
    public func unknownBits(for deviceClass: DeviceClass?) -> [Int] {
        Self.bitNames(for: deviceClass).unknownBits(in: rawValue)
    }

    /// The bit with this name for the class, or nil.
    public static func bit(named name: String, for deviceClass: DeviceClass?) -> Int? {
        bitNames(for: deviceClass).bit(named: name)
    }

    /// Such as `0x300000020`.
    public var hexadecimal: String { rawValue.hexadecimal }

    /// The bits that are set, lowest first.
    public var bits: [Int] { rawValue.setBits }
}
