/// The configuration space of a network device. Source: virtio 1.3 §5.1.4, struct virtio_net_config.
///
/// A field is nil unless the space is large enough and the features make it valid.
public struct NetworkConfiguration: Sendable, Hashable {
    /// Needs MAC.
    public var macAddress: MACAddress?
    /// Needs STATUS; bit 0 link up, bit 1 announcement wanted.
    public var status: UInt16?
    /// Needs MQ or RSS.
    public var maximumQueuePairs: UInt16?
    /// Bytes; needs MTU.
    public var mtu: UInt16?
    /// In Mbit/s, 0 to 0x7fffffff; any other value is unknown. Needs SPEED_DUPLEX.
    public var speed: UInt32?
    /// 0 half, 1 full; any other value is unknown. Needs SPEED_DUPLEX.
    public var duplex: UInt8?
    /// Bytes; needs RSS or HASH_REPORT.
    public var maximumRSSKeySize: UInt8?
    /// Entries; needs RSS.
    public var maximumRSSTableLength: UInt16?
    /// Mask; needs RSS or HASH_REPORT.
    public var supportedHashTypes: UInt32?
    /// Mask; needs HASH_TUNNEL.
    public var supportedTunnelTypes: UInt32?

    /// Nothing known.
    public init() {}

    /// Decodes the space as far as it goes.
    public init(bytes: [UInt8], features: Features) {
        let fields = ConfigurationFields(bytes, features: features)
        macAddress = features.contains(Features(bit: 5)) ? MACAddress(bytes: Array(bytes.prefix(6))) : nil
        status = fields.integer(at: 6, with: 16)
        maximumQueuePairs = fields.integer(at: 8, with: 22, 60)
        mtu = fields.integer(at: 10, with: 3)
        speed = fields.integer(at: 12, with: 63)
        duplex = fields.integer(at: 16, with: 63)
        maximumRSSKeySize = fields.integer(at: 17, with: 57, 60)
        maximumRSSTableLength = fields.integer(at: 18, with: 60)
        supportedHashTypes = fields.integer(at: 20, with: 57, 60)
        supportedTunnelTypes = fields.integer(at: 24, with: 51)
    }

    /// How many bytes of the space a driver reads that has accepted these features.
    public static func byteCount(for features: Features) -> Int {
        ConfigurationFields.end(
            of: [(8, [16]), (6, [5]), (10, [22, 60]), (12, [3]), (17, [63]), (24, [57, 60]), (28, [51])],
            for: features, least: 0)
    }

    /// Whether the link is up; nil when the device does not say. Without STATUS a driver assumes that it is.
    public var isLinkUp: Bool? {
        status.map { $0 & 1 != 0 }
    }
}
