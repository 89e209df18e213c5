/// A type that is read from a JSON value and knows its JSON Schema.
public protocol JSONReadable {
    /// Reads the value.
    ///
    /// - Parameters:
    ///   - value: What stands in the text.
    ///   - path: Where it stands; its mode says whether unknown members are refused.
    /// - Throws: `JSONReadError` that names the place, the value and what is expected.
    init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError)
    /// What `init` accepts; an object type is a reference to its definition.
    static var schema: JSONSchema { get }
    /// Any valid value; used only while a schema is recorded.
    static var placeholder: Self { get }
}

extension Bool: JSONReadable {
    /// Reads a boolean.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .bool(let bool) = value else {
            throw JSONReadError(at: path, expected: "a boolean", found: value)
        }
        self = bool
    }

    /// A boolean.
    public static var schema: JSONSchema { JSONSchema(.boolean) }
    /// Any value.
    public static var placeholder: Bool { false }
}

extension String: JSONReadable {
    /// Reads a string.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .string(let string) = value else {
            throw JSONReadError(at: path, expected: "a string", found: value)
        }
        self = string
    }

    /// Any string.
    public static var schema: JSONSchema { JSONSchema(.string()) }
    /// Any value.
    public static var placeholder: String { "" }
}

extension Double: JSONReadable {
    /// Reads a number; a large integer is rounded.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        switch value {
        case .integer(let integer): self = Double(integer)
        case .unsigned(let integer): self = Double(integer)
        case .double(let double): self = double
        default: throw JSONReadError(at: path, expected: "a number", found: value)
        }
    }

    /// Any number.
    public static var schema: JSONSchema { JSONSchema(.number) }
    /// Any value.
    public static var placeholder: Double { 0 }
}

extension JSONReadable where Self: FixedWidthInteger {
    /// Reads an integer that this type can hold. `2.0` is an integer too, as JSON Schema has it.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        self = try Self.read(value, in: Self.min...Self.max, at: path)
    }

    /// An integer within this type's range.
    public static var schema: JSONSchema { integerSchema(in: Self.min...Self.max) }
    /// Any value.
    public static var placeholder: Self { 0 }

    static func integerSchema(in range: ClosedRange<Self>) -> JSONSchema {
        JSONSchema(.integer(Int128(range.lowerBound)...Int128(range.upperBound)))
    }

    @inlinable
    static func read(_ value: JSONValue, in range: ClosedRange<Self>, at path: JSONPath) throws(JSONReadError) -> Self {
        let integer: Self?
        switch value {
        case .integer(let signed): integer = Self(exactly: signed)
        case .unsigned(let unsigned): integer = Self(exactly: unsigned)
        case .double(let double):
            // Not Int64(exactly:), which would need libm.
            guard double.magnitude <= 0x1p53, Double(Int64(double)) == double else { fallthrough }
            integer = Self(exactly: Int64(double))
        default: throw JSONReadError(at: path, expected: "an integer", found: value)
        }
        guard let integer, range.contains(integer) else {
            throw JSONReadError(at: path, "\(value) is out of range \(range.lowerBound)...\(range.upperBound)")
        }
        return integer
    }
}

extension Int: JSONReadable {}
extension Int8: JSONReadable {}
extension Int16: JSONReadable {}
extension Int32: JSONReadable {}
extension Int64: JSONReadable {}
extension UInt: JSONReadable {}
extension UInt8: JSONReadable {}
extension UInt16: JSONReadable {}
extension UInt32: JSONReadable {}
extension UInt64: JSONReadable {}

extension Array: JSONReadable where Element: JSONReadable {
    /// Reads an array.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .array(let values) = value else {
            throw JSONReadError(at: path, expected: "an array", found: value)
        }
        self = []
        reserveCapacity(values.count)
        for index in values.indices {
            append(try Element(values[index], at: path.appending(index: index)))
        }
    }

    /// An array of any length.
    public static var schema: JSONSchema { JSONSchema(.array(of: Element.schema)) }
    /// Any value.
    public static var placeholder: [Element] { [] }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    /// Reads an object whose names are data.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .object(let members) = value else {
            throw JSONReadError(at: path, expected: "an object", found: value)
        }
        self = [:]
        reserveCapacity(members.count)
        for member in members {
            self[member.name] = try Value(member.value, at: path.appending(member: member.name))
        }
    }

    /// An object with any names.
    public static var schema: JSONSchema { JSONSchema(.map(of: Value.schema)) }
    /// Any value.
    public static var placeholder: [String: Value] { [:] }
}

extension JSONValue: JSONReadable {
    /// Takes any value.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        self = value
    }

    /// Anything.
    public static var schema: JSONSchema { JSONSchema(.any) }
    /// Any value.
    public static var placeholder: JSONValue { .null }
}
