/// A type that writes itself as one JSON value.
public protocol JSONWritable {
    /// Writes exactly one value.
    func write(to writer: inout JSONWriter)
}

extension JSONWritable {
    /// The JSON text of this value alone.
    @inlinable
    public func jsonBytes() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// The JSON text of this value alone, as a string.
    @inlinable
    public func jsonText() -> String {
        String(decoding: jsonBytes(), as: UTF8.self)
    }
}

extension Bool: JSONWritable {
    /// `true` or `false`.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.word(self ? "true" : "false")
    }
}

extension String: JSONWritable {
    /// The string, escaping only what must be: quotation mark, backslash and control characters.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.string(self)
    }
}

extension Double: JSONWritable {
    /// The shortest text that reads back as this number; `null` unless it is finite.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.double(self)
    }
}

extension JSONWritable where Self: FixedWidthInteger {
    /// All digits.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.integer(self)
    }
}

extension Int: JSONWritable {}
extension Int8: JSONWritable {}
extension Int16: JSONWritable {}
extension Int32: JSONWritable {}
extension Int64: JSONWritable {}
extension UInt: JSONWritable {}
extension UInt8: JSONWritable {}
extension UInt16: JSONWritable {}
extension UInt32: JSONWritable {}
extension UInt64: JSONWritable {}

extension Array: JSONWritable where Element: JSONWritable {
    /// An array.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for element in self {
            element.write(to: &writer)
        }
        writer.endArray()
    }
}

extension Dictionary: JSONWritable where Key == String, Value: JSONWritable {
    /// An object with its members sorted by the bytes of their names.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, value) in sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            writer.member(name, value)
        }
        writer.endObject()
    }
}

extension JSONValue: JSONWritable {
    /// The value, members in their order.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.value(value)
        case .integer(let value): writer.value(value)
        case .unsigned(let value): writer.value(value)
        case .double(let value): writer.value(value)
        case .string(let value): writer.value(value)
        case .array(let elements): writer.value(elements)
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.member(member.name, member.value)
            }
            writer.endObject()
        }
    }
}
