public import JSON

/// Bytes that are a string of hexadecimal digits in JSON, two for each byte.
public struct HexadecimalBytes: Sendable, Hashable {
    /// The bytes.
    public let bytes: [UInt8]

    /// These bytes.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The bytes behind lower-case digits, or nil.
    public init?(_ text: String) {
        let digits = text.utf8.compactMap(Self.value)
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension HexadecimalBytes: CustomStringConvertible {
    /// The digits, lower case.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }, as: UTF8.self)
    }
}

extension HexadecimalBytes: JSONReadable, JSONWritable {
    /// Reads the digits.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let bytes = HexadecimalBytes(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "lower-case hexadecimal digits in pairs", found: value)
        }
        self = bytes
    }

    /// Writes the digits.
    public func write(to writer: inout JSONWriter) {
        writer.value(description)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "HexadecimalBytes", .string(pattern: "^([0-9a-f]{2})*$"),
            description: "Bytes: two lower-case hexadecimal digits for each.")
    }
    /// No bytes.
    public static var placeholder: HexadecimalBytes { HexadecimalBytes([]) }
}
