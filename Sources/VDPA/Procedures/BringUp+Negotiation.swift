import Virtio

extension BringUp {
    /// Bits that say how rings and notifications work, which a driver accepts only if its rings do: 24 to 41 and 43.
    private static let ringFeatures: Features = Features(bits: 24...41).union(.suspend)
    /// Those of them that ask nothing of a driver: any layout, indirect descriptors, the platform's memory ordering, and
    /// to be stopped by the SUSPEND bit.
    private static let harmlessRingFeatures = Features(bits: 27...28).union(Features(bit: 36)).union(.suspend)
    private static let required: Features = [.version1, .accessPlatform]

    /// What to accept of the features that a device offers.
    ///
    /// - Throws: `HostError` `notSupported` that names what is wanted and not offered.
    func negotiated(offered: Features, deviceClass: DeviceClass) throws(HostError) -> Features {
        let wanted = Self.required.union(
            features ?? offered.subtracting(Self.ringFeatures.subtracting(Self.harmlessRingFeatures)))
        let missing = wanted.subtracting(offered)
        guard missing.isEmpty else {
            let names =
                missing.names(for: deviceClass) + missing.unknownBits(for: deviceClass).map { "bit \($0)" }
            throw HostError(
                .notSupported, "the device does not offer \(names.joined(separator: ", "))", call: "VHOST_SET_FEATURES",
                missing: names)
        }
        return wanted
    }

    /// The size of every ring.
    ///
    /// - Throws: `HostError` `invalidArgument` when the size that was asked for is not possible.
    func ringSize(maximum: UInt16) throws(HostError) -> UInt16 {
        let size = queueSize ?? Self.powerOfTwo(atMost: min(maximum, 256))
        guard size > 0, size.nonzeroBitCount == 1, size <= maximum else {
            throw HostError(
                .invalidArgument, "the queue size \(size) is no power of two from 1 to the device's maximum \(maximum)")
        }
        return size
    }

    private static func powerOfTwo(atMost limit: UInt16) -> UInt16 {
        limit == 0 ? 0 : 1 << (15 - limit.leadingZeroBitCount)
    }
}

extension Features {
    fileprivate init(bits: ClosedRange<Int>) {
        self = bits.reduce(into: []) { $0.insert(Features(bit: $1)) }
    }
}
