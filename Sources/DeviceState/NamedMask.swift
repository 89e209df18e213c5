public import JSON
public import Virtio

/// A mask with the names of its bits, as it stands in JSON: `{"value": "0x…", "names": […], "unknownBits": […]}`.
public struct NamedMask: Sendable, Hashable {
    /// All bits.
    public let value: UInt64
    /// The names of the bits that are set, lowest first.
    public let names: [String]
    /// The bits that are set and have no name, lowest first.
    public let unknownBits: [Int]

    /// Features with the names they have for a class; without one only the names that all classes share.
    public init(_ features: Features, for deviceClass: DeviceClass?) {
        value = features.rawValue
        names = features.names(for: deviceClass)
        unknownBits = features.unknownBits(for: deviceClass)
    }

    /// Backend features.
    public init(_ features: BackendFeatures) {
        value = features.rawValue
        names = features.names
        unknownBits = features.unknownBits
    }

    /// A device's status, whose bit 4 has a name only if the negotiated features say so.
    public init(_ status: DeviceStatus, negotiated: Features) {
        value = UInt64(status.rawValue)
        let all = (0..<8).filter { status.rawValue & 1 << $0 != 0 }
        let named = all.map { bit in (bit, DeviceStatus(rawValue: 1 << bit).names(negotiated: negotiated)) }
        names = named.flatMap(\.1).filter { !$0.hasPrefix("bit") }
        unknownBits = named.filter { $0.1 == ["bit\($0.0)"] }.map(\.0)
    }
}

extension NamedMask: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A mask of bits and their names." }

    /// Reads the mask. Only the value counts: names and unknown bits explain it.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let number: HexadecimalNumber = try members.required("value", "All bits, hexadecimal.")
        value = number.value
        names = try members.optional("names", default: [], "The names of the set bits, lowest first.")
        let bits: [UInt8] = try members.optional("unknownBits", default: [], "Set bits without a name, lowest first.")
        unknownBits = bits.map(Int.init)
    }

    /// Writes the mask.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("value", HexadecimalNumber(value))
        writer.member("names", names)
        writer.member("unknownBits", unknownBits)
        writer.endObject()
    }
}

extension Features {
    /// The features behind a mask.
    public init(_ mask: NamedMask) {
        self.init(rawValue: mask.value)
    }
}

extension BackendFeatures {
    /// The backend features behind a mask.
    public init(_ mask: NamedMask) {
        self.init(rawValue: mask.value)
    }
}

extension DeviceStatus {
    /// The status behind a mask, or nil when that has more than 8 bits.
    public init?(_ mask: NamedMask) {
        guard let byte = UInt8(exactly: mask.value) else { return nil }
        self.init(rawValue: byte)
    }
}
