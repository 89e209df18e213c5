public import JSON

/// A 64-bit number that is a string such as `0x17e` in JSON, since many JSON libraries keep only 53 bits.
public struct HexadecimalNumber: Sendable, Hashable {
    /// The number.
    public let value: UInt64

    /// This number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The number behind `0x` and 1 to 16 digits of either case, or nil.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst(2)
        // The radix conversion would take a sign.
        guard text.hasPrefix("0x"), (1...16).contains(digits.count), digits.first != UInt8(ascii: "+"),
            digits.first != UInt8(ascii: "-"), let value = UInt64(text.dropFirst(2), radix: 16)
        else { return nil }
        self.value = value
    }
}

extension HexadecimalNumber: CustomStringConvertible {
    /// `0x` and the digits, lower case, without leading zeros.
    public var description: String { "0x" + String(value, radix: 16) }
}

extension HexadecimalNumber: JSONReadable, JSONWritable {
    /// Reads `0x…`.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let number = HexadecimalNumber(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "0x and 1 to 16 hexadecimal digits", found: value)
        }
        self = number
    }

    /// Writes `0x…`.
    public func write(to writer: inout JSONWriter) {
        writer.value(description)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "HexadecimalNumber", .string(pattern: "^0x[0-9a-fA-F]{1,16}$"),
            description: "A number of 64 bits as a string, such as 0x17e: many JSON libraries keep only 53 bits.")
    }
    /// Zero.
    public static var placeholder: HexadecimalNumber { HexadecimalNumber(0) }
}
