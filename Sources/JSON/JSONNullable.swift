/// A value that is always written, as `null` where it is not known.
public struct JSONNullable<Value> {
    /// The value; nil is `null`.
    public var value: Value?

    /// A value, or `null`.
    public init(_ value: Value?) {
        self.value = value
    }
}

extension JSONNullable: Sendable where Value: Sendable {}
extension JSONNullable: Equatable where Value: Equatable {}
extension JSONNullable: Hashable where Value: Hashable {}

extension JSONNullable: JSONReadable where Value: JSONReadable {
    /// Reads `null` or the value.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        self.init(value == .null ? nil : try Value(value, at: path))
    }

    public static var schema: JSONSchema { JSONSchema(.anyOf([Value.schema, JSONSchema(.null)])) }
    public static var placeholder: JSONNullable { JSONNullable(Value.placeholder) }
}

extension JSONNullable: JSONWritable where Value: JSONWritable {
    /// Writes the value or `null`.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        if let value { value.write(to: &writer) } else { writer.null() }
    }
}
