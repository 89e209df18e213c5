/// An Ethernet address.
public struct MACAddress: Sendable, Hashable {
    /// Six bytes, first on the wire first.
    public let bytes: [UInt8]

    /// Whether it is the address of a group.
    public var isMulticast: Bool { bytes[0] & 1 != 0 }

    /// The address in these bytes, or nil unless there are six.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 6 else { return nil }
        self.bytes = bytes
    }

    /// The address written as `aa:bb:cc:dd:ee:ff`, or nil; letters of either case.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(Self.isHexadecimal) })
        else { return nil }
        self.init(bytes: parts.compactMap { UInt8($0, radix: 16) })
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}

extension MACAddress: CustomStringConvertible {
    /// Such as `aa:bb:cc:dd:ee:ff`.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
