import Testing
import Virtio

@Suite struct ConfigurationTests {
    private static let net: [UInt8] = [
        0x52, 0x54, 0x00, 0x12, 0x34, 0x56,  // mac
        0x01, 0x00,  // status
        0x04, 0x00,  // max_virtqueue_pairs
        0xdc, 0x05,  // mtu
        0xe8, 0x03, 0x00, 0x00,  // speed
        0x01,  // duplex
        0x28,  // rss_max_key_size
        0x80, 0x00,  // rss_max_indirection_table_length
        0xff, 0x01, 0x00, 0x00,  // supported_hash_types
    ]
    private static let block: [UInt8] = (0..<96).map { $0 }

    @Test func decodesEveryFieldOfNet() {
        let configuration = NetworkConfiguration(bytes: Self.net, features: Features(rawValue: .max))
        #expect(configuration.macAddress?.description == "52:54:00:12:34:56")
        #expect(configuration.isLinkUp == true)
        #expect(configuration.maximumQueuePairs == 4)
        #expect(configuration.mtu == 1500)
        #expect(configuration.speed == 1000)
        #expect(configuration.duplex == 1)
        #expect(configuration.maximumRSSKeySize == 40)
        #expect(configuration.maximumRSSTableLength == 128)
        #expect(configuration.supportedHashTypes == 0x1ff)
    }

    @Test func fieldsOfNetNeedTheirFeature() {
        let configuration = NetworkConfiguration(bytes: Self.net, features: [])
        let none = NetworkConfiguration(bytes: [], features: Features(rawValue: .max))
        #expect(configuration == none)
        #expect(configuration.macAddress == nil)
        let reportOnly = NetworkConfiguration(bytes: Self.net, features: Features(bit: 57))
        #expect(reportOnly.maximumRSSKeySize == 40)
        #expect(reportOnly.maximumRSSTableLength == nil)
        #expect(NetworkConfiguration(bytes: Self.net, features: Features(bit: 60)).maximumQueuePairs == 4)
    }

    @Test func aShortSpaceOfNetEndsBetweenFields() {
        for length in 0..<Self.net.count {
            let bytes = Array(Self.net.prefix(length))
            let configuration = NetworkConfiguration(bytes: bytes, features: Features(rawValue: .max))
            #expect((configuration.macAddress != nil) == (length >= 6))
            #expect((configuration.mtu != nil) == (length >= 12))
            #expect((configuration.speed != nil) == (length >= 16))
            #expect(configuration.supportedHashTypes == nil)
        }
    }

    @Test func decodesEveryFieldOfBlock() {
        let configuration = BlockConfiguration(bytes: Self.block, features: Features(rawValue: .max))
        #expect(configuration.capacity == 0x0706_0504_0302_0100)
        #expect(configuration.maximumSegmentSize == 0x0b0a_0908)
        #expect(configuration.maximumSegments == 0x0f0e_0d0c)
        #expect(configuration.cylinders == 0x1110)
        #expect(configuration.heads == 18)
        #expect(configuration.sectors == 19)
        #expect(configuration.blockSize == 0x1716_1514)
        #expect(configuration.physicalBlockExponent == 24)
        #expect(configuration.alignmentOffset == 25)
        #expect(configuration.minimumIOSize == 0x1b1a)
        #expect(configuration.optimalIOSize == 0x1f1e_1d1c)
        #expect(configuration.writeback == 32)
        #expect(configuration.queues == 0x2322)
        #expect(configuration.maximumDiscardSectors == 0x2726_2524)
        #expect(configuration.maximumDiscardSegments == 0x2b2a_2928)
        #expect(configuration.discardSectorAlignment == 0x2f2e_2d2c)
        #expect(configuration.maximumWriteZeroesSectors == 0x3332_3130)
        #expect(configuration.maximumWriteZeroesSegments == 0x3736_3534)
        #expect(configuration.writeZeroesMayUnmap == 56)
        #expect(configuration.maximumSecureEraseSectors == 0x3f3e_3d3c)
        #expect(configuration.maximumSecureEraseSegments == 0x4342_4140)
        #expect(configuration.secureEraseSectorAlignment == 0x4746_4544)
        #expect(configuration.zoneSectors == 0x4b4a_4948)
        #expect(configuration.maximumOpenZones == 0x4f4e_4d4c)
        #expect(configuration.maximumActiveZones == 0x5352_5150)
        #expect(configuration.maximumAppendSectors == 0x5756_5554)
        #expect(configuration.writeGranularity == 0x5b5a_5958)
        #expect(configuration.zonedModel == 0x5c)
    }

    /// As much as a driver reads, field by field, is there in a space of that size; with a byte less a field is missing.
    @Test(arguments: 0..<64) func aDriverReadsNoFurtherThanItsFeaturesGo(bit: Int) {
        let features = Features(bit: bit)
        let net = NetworkConfiguration.byteCount(for: features)
        let whole = NetworkConfiguration(bytes: Array(0..<64), features: features)
        #expect(NetworkConfiguration(bytes: Array(0..<UInt8(net)), features: features) == whole)
        if net > 0 {
            #expect(NetworkConfiguration(bytes: Array(0..<UInt8(net - 1)), features: features) != whole)
        }
        let block = BlockConfiguration.byteCount(for: features)
        let disk = BlockConfiguration(bytes: Array(0..<128), features: features)
        #expect(BlockConfiguration(bytes: Array(0..<UInt8(block)), features: features) == disk)
        #expect(BlockConfiguration(bytes: Array(0..<UInt8(block - 1)), features: features) != disk)
    }

    @Test func fieldsOfBlockNeedTheirFeature() {
        let configuration = BlockConfiguration(bytes: Self.block, features: [])
        #expect(configuration == BlockConfiguration(bytes: Array(Self.block.prefix(8)), features: []))
        #expect(configuration.capacity != nil)
        #expect(BlockConfiguration(bytes: Array(Self.block.prefix(7)), features: []).capacity == nil)
        #expect(BlockConfiguration(bytes: Self.block, features: Features(bit: 12)).queues == 0x2322)
    }

    @Test(arguments: ["52:54:00:12:34:56", "FF:ff:00:00:00:00"])
    func readsAddresses(text: String) {
        #expect(MACAddress(text)?.description == text.lowercased())
    }

    @Test(arguments: [
        "", "52:54:00:12:34", "52:54:00:12:34:56:78", "52:54:00:12:34:5", "+5:54:00:12:34:56", "5254:0:1:2:3:",
    ])
    func refusesOtherAddresses(text: String) {
        #expect(MACAddress(text) == nil)
    }
}

@Suite struct FileSystemConfigurationTests {
    private static let bytes = Array("shared".utf8) + Array(repeating: 0, count: 30) + [4, 0, 0, 0, 0, 0x10, 0, 0]

    @Test func decodesEveryField() {
        let configuration = FileSystemConfiguration(bytes: Self.bytes, features: Features(bit: 0))
        #expect(configuration.tag == "shared")
        #expect(configuration.requestQueues == 4)
        #expect(configuration.notifyBufferSize == 4096)
        #expect(FileSystemConfiguration(bytes: Self.bytes, features: []).notifyBufferSize == nil)
    }

    @Test func aTagMayFillItsField() {
        let tag = String(repeating: "t", count: 36)
        #expect(FileSystemConfiguration(bytes: Array(tag.utf8) + [1, 0, 0, 0], features: []).tag == tag)
    }

    @Test func aTagThatIsNoTextIsLeftOut() {
        #expect(FileSystemConfiguration(bytes: [0xff] + Self.bytes.dropFirst(), features: []).tag == nil)
    }

    @Test(arguments: [(35, false, false), (36, true, false), (39, true, false), (40, true, true)])
    func aShortSpaceEndsBetweenFields(length: Int, hasTag: Bool, hasQueues: Bool) {
        let configuration = FileSystemConfiguration(bytes: Array(Self.bytes.prefix(length)), features: Features(bit: 0))
        #expect((configuration.tag != nil) == hasTag)
        #expect((configuration.requestQueues != nil) == hasQueues)
        #expect(configuration.notifyBufferSize == nil)
    }
}
