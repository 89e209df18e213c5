/// A field of the configuration space that a driver has built on, so that another device must have it alike, or more of it.
///
/// A driver is not held to what is left out: what the link is for the moment, and hints for speed.
/// Source: virtio 1.3 §5.1.4 and §5.2.4.
public struct ConfigurationDemand: Sendable {
    /// The member of a decoded configuration, such as `net.mac`.
    public let member: String
    /// Its bytes.
    public let range: Range<Int>
    private let fits: @Sendable (_ wanted: UInt64, _ present: UInt64) -> Bool

    private init(
        _ member: String, at offset: Int, bytes: Int,
        _ fits: @escaping @Sendable (_ wanted: UInt64, _ present: UInt64) -> Bool
    ) {
        self.member = member
        range = offset..<offset + bytes
        self.fits = fits
    }

    /// Whether a device that has one space will do for a driver that has read the other; also where one of them ends before
    /// the field.
    public func isMet(by present: [UInt8], for wanted: [UInt8]) -> Bool {
        guard let wanted = value(in: wanted), let present = value(in: present) else { return true }
        return fits(wanted, present)
    }

    private func value(in bytes: [UInt8]) -> UInt64? {
        guard range.upperBound <= bytes.count else { return nil }
        return bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// What a driver that has accepted these features has built on; nil for a class whose space is not decoded.
    public static func all(of deviceClass: DeviceClass, accepting features: Features) -> [ConfigurationDemand]? {
        let table: [(bits: [Int], demand: ConfigurationDemand)]
        switch deviceClass {
        case .net: table = features.contains(.networkControlQueue) ? net + [pairs] : net
        case .block: table = block
        default: return nil
        }
        return table.filter { bits, _ in
            bits.isEmpty || bits.contains { features.contains(Features(bit: $0)) }
        }.map(\.demand)
    }

    // With several pairs the control queue comes after all that the device has, so their number gives its place.
    private static let pairs = (
        bits: [22, 60], demand: ConfigurationDemand("net.maximumQueuePairs", at: 8, bytes: 2, equal)
    )

    private static let net: [(bits: [Int], demand: ConfigurationDemand)] = [
        ([5], ConfigurationDemand("net.mac", at: 0, bytes: 6, sameAddress)),
        ([3], ConfigurationDemand("net.mtuBytes", at: 10, bytes: 2, equal)),
        ([57, 60], ConfigurationDemand("net.maximumRssKeyBytes", at: 17, bytes: 1, notLower)),
        ([60], ConfigurationDemand("net.maximumRssTableLength", at: 18, bytes: 2, notLower)),
        ([57, 60], ConfigurationDemand("net.supportedHashTypes", at: 20, bytes: 4, everyBit)),
        ([51], ConfigurationDemand("net.supportedTunnelTypes", at: 24, bytes: 4, everyBit)),
    ]

    private static let block: [(bits: [Int], demand: ConfigurationDemand)] = [
        ([], ConfigurationDemand("block.capacitySectors", at: 0, bytes: 8, equal)),
        ([1], ConfigurationDemand("block.maximumSegmentBytes", at: 8, bytes: 4, notLower)),
        ([2], ConfigurationDemand("block.maximumSegments", at: 12, bytes: 4, notLower)),
        ([6], ConfigurationDemand("block.blockSizeBytes", at: 20, bytes: 4, equal)),
        ([11], ConfigurationDemand("block.writeback", at: 32, bytes: 1, notWeaker)),
        ([12], ConfigurationDemand("block.queues", at: 34, bytes: 2, notLower)),
        ([13], ConfigurationDemand("block.maximumDiscardSectors", at: 36, bytes: 4, notLowerNorZero)),
        ([13], ConfigurationDemand("block.maximumDiscardSegments", at: 40, bytes: 4, notLowerNorZero)),
        ([14], ConfigurationDemand("block.maximumWriteZeroesSectors", at: 48, bytes: 4, notLowerNorZero)),
        ([14], ConfigurationDemand("block.maximumWriteZeroesSegments", at: 52, bytes: 4, notLowerNorZero)),
        ([16], ConfigurationDemand("block.maximumSecureEraseSectors", at: 60, bytes: 4, notLowerNorZero)),
        ([16], ConfigurationDemand("block.maximumSecureEraseSegments", at: 64, bytes: 4, notLowerNorZero)),
        ([17], ConfigurationDemand("block.zoneSectors", at: 72, bytes: 4, equal)),
        ([17], ConfigurationDemand("block.maximumOpenZones", at: 76, bytes: 4, notLowerUnlessUnlimited)),
        ([17], ConfigurationDemand("block.maximumActiveZones", at: 80, bytes: 4, notLowerUnlessUnlimited)),
        ([17], ConfigurationDemand("block.maximumAppendSectors", at: 84, bytes: 4, notLower)),
        ([17], ConfigurationDemand("block.writeGranularityBytes", at: 88, bytes: 4, equal)),
        ([17], ConfigurationDemand("block.zonedModel", at: 92, bytes: 1, equal)),
    ]

    /// Where the source had no address of its own, the VMM has given the guest one.
    @Sendable private static func sameAddress(_ wanted: UInt64, _ present: UInt64) -> Bool {
        wanted == present || !isUsable(wanted) && !isUsable(present)
    }

    private static func isUsable(_ address: UInt64) -> Bool {
        MACAddress(bytes: (0..<6).map { UInt8(truncatingIfNeeded: address >> ($0 * 8)) })?.objection == nil
    }

    @Sendable private static func equal(_ wanted: UInt64, _ present: UInt64) -> Bool { wanted == present }

    @Sendable private static func notLower(_ wanted: UInt64, _ present: UInt64) -> Bool { wanted <= present }

    @Sendable private static func everyBit(_ wanted: UInt64, _ present: UInt64) -> Bool { wanted & ~present == 0 }

    /// A driver that counts on writing through asks for no flush.
    @Sendable private static func notWeaker(_ wanted: UInt64, _ present: UInt64) -> Bool {
        wanted != 0 || present == 0
    }

    /// Drivers take 0 for no limit, and the standard gives it no meaning.
    @Sendable private static func notLowerNorZero(_ wanted: UInt64, _ present: UInt64) -> Bool {
        wanted == present || wanted != 0 && wanted < present
    }

    /// 0 is no limit.
    @Sendable private static func notLowerUnlessUnlimited(_ wanted: UInt64, _ present: UInt64) -> Bool {
        present == 0 || wanted != 0 && wanted <= present
    }
}
