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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var digits = text.utf8.makeIterator()
        while let high = digits.next() {
            guard let high = Self.value(high), let low = digits.next().flatMap(Self.value) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
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
        var text: [UInt8] = []
        Self.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        text.append(addingCapacity: 2 * bytes.count) { output in
            for byte in bytes {
                output.append(digit(byte >> 4))
                output.append(digit(byte & 0xf))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
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
        writer.hexadecimal(bytes)
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
