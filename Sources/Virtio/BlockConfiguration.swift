/// The configuration space of a block device. Source: virtio 1.3 §5.2.4, struct virtio_blk_config.
///
/// A field is nil unless the space is large enough and the features make it valid.
public struct BlockConfiguration: Sendable, Hashable {
    /// In sectors of 512 bytes.
    public var capacity: UInt64?
    /// Bytes of one segment; needs SIZE_MAX.
    public var maximumSegmentSize: UInt32?
    /// Segments of one request; needs SEG_MAX.
    public var maximumSegments: UInt32?
    /// Needs GEOMETRY.
    public var cylinders: UInt16?
    /// Needs GEOMETRY.
    public var heads: UInt8?
    /// Needs GEOMETRY.
    public var sectors: UInt8?
    /// Bytes; needs BLK_SIZE.
    public var blockSize: UInt32?
    /// Logical blocks in a physical block, as exponent of two; needs TOPOLOGY.
    public var physicalBlockExponent: UInt8?
    /// In logical blocks; needs TOPOLOGY.
    public var alignmentOffset: UInt8?
    /// In logical blocks; needs TOPOLOGY.
    public var minimumIOSize: UInt16?
    /// In logical blocks; needs TOPOLOGY.
    public var optimalIOSize: UInt32?
    /// 0 write-through, 1 write-back; needs CONFIG_WCE.
    public var writeback: UInt8?
    /// Needs MQ.
    public var queues: UInt16?
    /// In sectors of 512 bytes; needs DISCARD.
    public var maximumDiscardSectors: UInt32?
    /// Needs DISCARD.
    public var maximumDiscardSegments: UInt32?
    /// In sectors of 512 bytes; needs DISCARD.
    public var discardSectorAlignment: UInt32?
    /// In sectors of 512 bytes; needs WRITE_ZEROES.
    public var maximumWriteZeroesSectors: UInt32?
    /// Needs WRITE_ZEROES.
    public var maximumWriteZeroesSegments: UInt32?
    /// Needs WRITE_ZEROES.
    public var writeZeroesMayUnmap: UInt8?
    /// In sectors of 512 bytes; needs SECURE_ERASE.
    public var maximumSecureEraseSectors: UInt32?
    /// Needs SECURE_ERASE.
    public var maximumSecureEraseSegments: UInt32?
    /// In sectors of 512 bytes; needs SECURE_ERASE.
    public var secureEraseSectorAlignment: UInt32?
    /// In sectors of 512 bytes; needs ZONED.
    public var zoneSectors: UInt32?
    /// 0 for no limit; needs ZONED.
    public var maximumOpenZones: UInt32?
    /// 0 for no limit; needs ZONED.
    public var maximumActiveZones: UInt32?
    /// In sectors of 512 bytes; needs ZONED.
    public var maximumAppendSectors: UInt32?
    /// Bytes; needs ZONED.
    public var writeGranularity: UInt32?
    /// 0 none, 1 host-managed, 2 host-aware; needs ZONED.
    public var zonedModel: UInt8?

    /// Nothing known.
    public init() {}

    /// Decodes the space as far as it goes.
    public init(bytes: [UInt8], features: Features) {
        let fields = ConfigurationFields(bytes, features: features)
        capacity = fields.integer(at: 0)
        maximumSegmentSize = fields.integer(at: 8, with: 1)
        maximumSegments = fields.integer(at: 12, with: 2)
        cylinders = fields.integer(at: 16, with: 4)
        heads = fields.integer(at: 18, with: 4)
        sectors = fields.integer(at: 19, with: 4)
        blockSize = fields.integer(at: 20, with: 6)
        physicalBlockExponent = fields.integer(at: 24, with: 10)
        alignmentOffset = fields.integer(at: 25, with: 10)
        minimumIOSize = fields.integer(at: 26, with: 10)
        optimalIOSize = fields.integer(at: 28, with: 10)
        writeback = fields.integer(at: 32, with: 11)
        queues = fields.integer(at: 34, with: 12)
        maximumDiscardSectors = fields.integer(at: 36, with: 13)
        maximumDiscardSegments = fields.integer(at: 40, with: 13)
        discardSectorAlignment = fields.integer(at: 44, with: 13)
        maximumWriteZeroesSectors = fields.integer(at: 48, with: 14)
        maximumWriteZeroesSegments = fields.integer(at: 52, with: 14)
        writeZeroesMayUnmap = fields.integer(at: 56, with: 14)
        maximumSecureEraseSectors = fields.integer(at: 60, with: 16)
        maximumSecureEraseSegments = fields.integer(at: 64, with: 16)
        secureEraseSectorAlignment = fields.integer(at: 68, with: 16)
        zoneSectors = fields.integer(at: 72, with: 17)
        maximumOpenZones = fields.integer(at: 76, with: 17)
        maximumActiveZones = fields.integer(at: 80, with: 17)
        maximumAppendSectors = fields.integer(at: 84, with: 17)
        writeGranularity = fields.integer(at: 88, with: 17)
        zonedModel = fields.integer(at: 92, with: 17)
    }

    /// How many bytes of the space a driver reads that has accepted these features.
    public static func byteCount(for features: Features) -> Int {
        ConfigurationFields.end(
            of: [
                (12, [1]), (16, [2]), (20, [4]), (24, [6]), (32, [10]), (33, [11]), (36, [12]), (48, [13]), (57, [14]),
                (72, [16]), (93, [17]),
            ],
            for: features, least: 8)
    }
}
