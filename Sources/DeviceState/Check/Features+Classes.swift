internal import Virtio

extension Features {
    /// Features of network devices. Source: virtio 1.3 §5.1.3.
    enum Net {
        static let mtu = Features(bit: 3)
        static let mac = Features(bit: 5)
        static let controlQueue = Features(bit: 17)
        static let multiqueue = Features(bit: 22)
        static let hashTunnel = Features(bit: 51)
        static let hashReport = Features(bit: 57)
        static let receiveSideScaling = Features(bit: 60)
        static let severalPairs: Features = [multiqueue, receiveSideScaling]
    }

    /// Features of block devices. Source: virtio 1.3 §5.2.3.
    enum Block {
        static let maximumSegmentSize = Features(bit: 1)
        static let maximumSegments = Features(bit: 2)
        static let geometry = Features(bit: 4)
        static let readOnly = Features(bit: 5)
        static let blockSize = Features(bit: 6)
        static let topology = Features(bit: 10)
        static let configurableCache = Features(bit: 11)
        static let multiqueue = Features(bit: 12)
        static let discard = Features(bit: 13)
        static let writeZeroes = Features(bit: 14)
        static let secureErase = Features(bit: 16)
        static let zoned = Features(bit: 17)
    }
}
