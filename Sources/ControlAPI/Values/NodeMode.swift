public import JSON

/// The permission bits of a node, as the string `0660` in JSON.
public struct NodeMode: Sendable, Hashable {
    /// The nine bits.
    public let bits: UInt16

    /// The mode with these bits; others than the nine are left out.
    public init(bits: UInt16) {
        self.bits = bits & 0o777
    }

    /// The mode behind three octal digits, with or without a 0 before them; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : text[...]
        guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
            let bits = UInt16(digits, radix: 8)
        else { return nil }
        self.bits = bits
    }
}

extension NodeMode: CustomStringConvertible {
    /// Such as `0660`.
    public var description: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}

extension NodeMode: JSONReadable, JSONWritable {
    /// Reads a mode.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let mode = NodeMode(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "three octal digits such as 0660", found: value)
        }
        self = mode
    }

    /// Writes the mode.
    public func write(to writer: inout JSONWriter) {
        writer.value(description)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "NodeMode", .string(pattern: "^0?[0-7]{3}$"), description: "Permission bits of a node, octal, such as 0660."
        )
    }

    /// A mode.
    public static var placeholder: NodeMode {
        NodeMode(bits: 0o600)
    }
}
