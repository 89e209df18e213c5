import JSON
import Virtio

/// A configuration space that is put together field by field, with the features that make its fields valid: netlink
/// and messages carry single fields, and `Virtio` decodes whole spaces.
struct ConfigurationImage: Sendable, Hashable {
    private(set) var bytes: [UInt8] = []
    private(set) var features: Features = []

    /// Writes a little-endian field and declares it valid by a feature bit; nothing when there is no value.
    mutating func put(_ value: (some FixedWidthInteger)?, at offset: Int, with bit: Int? = nil) {
        guard let value else { return }
        let end = offset + value.bitWidth / 8
        if bytes.count < end { bytes += Array(repeating: 0, count: end - bytes.count) }
        for index in offset..<end {
            bytes[index] = UInt8(truncatingIfNeeded: value >> ((index - offset) * 8))
        }
        if let bit { features.insert(Features(bit: bit)) }
    }

    /// Writes a MAC address.
    mutating func put(_ address: MACAddress?, at offset: Int, with bit: Int) {
        guard let address else { return }
        for (index, byte) in address.bytes.enumerated() {
            put(byte, at: offset + index, with: bit)
        }
    }
}

extension ConfigurationImage {
    /// The space that decodes to this configuration.
    init(_ network: NetworkConfiguration) {
        put(network.macAddress, at: 0, with: 5)
        put(network.status, at: 6, with: 16)
        put(network.maximumQueuePairs, at: 8, with: 22)
        put(network.mtu, at: 10, with: 3)
        put(network.speed, at: 12, with: 63)
        put(network.duplex, at: 16, with: 63)
        put(network.maximumRSSKeySize, at: 17, with: 57)
        put(network.maximumRSSTableLength, at: 18, with: 60)
        put(network.supportedHashTypes, at: 20, with: 57)
    }

    /// The space that decodes to this configuration.
    init(_ block: BlockConfiguration) {
        put(block.capacity, at: 0)
        put(block.maximumSegmentSize, at: 8, with: 1)
        put(block.maximumSegments, at: 12, with: 2)
        put(block.cylinders, at: 16, with: 4)
        put(block.heads, at: 18, with: 4)
        put(block.sectors, at: 19, with: 4)
        put(block.blockSize, at: 20, with: 6)
        put(block.physicalBlockExponent, at: 24, with: 10)
        put(block.alignmentOffset, at: 25, with: 10)
        put(block.minimumIOSize, at: 26, with: 10)
        put(block.optimalIOSize, at: 28, with: 10)
        put(block.writeback, at: 32, with: 11)
        put(block.queues, at: 34, with: 12)
        put(block.maximumDiscardSectors, at: 36, with: 13)
        put(block.maximumDiscardSegments, at: 40, with: 13)
        put(block.discardSectorAlignment, at: 44, with: 13)
        put(block.maximumWriteZeroesSectors, at: 48, with: 14)
        put(block.maximumWriteZeroesSegments, at: 52, with: 14)
        put(block.writeZeroesMayUnmap, at: 56, with: 14)
        put(block.maximumSecureEraseSectors, at: 60, with: 16)
        put(block.maximumSecureEraseSegments, at: 64, with: 16)
        put(block.secureEraseSectorAlignment, at: 68, with: 16)
    }
}

extension ConfigurationImage: MessageValue {
    init(message value: JSONValue) throws(HostError) {
        bytes = try value.member("bytes")
        features = try value.member("features")
    }

    func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("bytes", bytes)
        writer.field("features", features)
        writer.endObject()
    }
}
