/// Records the members that a type declares, answering each with a placeholder.
public struct JSONSchemaRecorder: JSONMemberSource {
    /// The members so far, in the order of their declaration.
    public private(set) var properties: [JSONSchema.Property] = []

    /// An empty record.
    public init() {}

    /// Not part of any text.
    public var path: JSONPath { JSONPath("schema") }

    private mutating func record(
        _ name: StaticString, _ schema: JSONSchema, _ summary: StaticString, isRequired: Bool = false,
        default: JSONValue? = nil
    ) {
        precondition(!properties.contains { $0.name == "\(name)" }, "member \(name) is declared twice")
        properties.append(
            JSONSchema.Property(
                name: "\(name)", summary: "\(summary)", schema: schema, isRequired: isRequired, default: `default`))
    }

    /// Records a member that must be there.
    public mutating func required<T: JSONReadable>(
        _ name: StaticString, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        record(name, T.schema, summary, isRequired: true)
        return T.placeholder
    }

    /// Records an integer within a range.
    public mutating func required<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        record(name, T.integerSchema(in: range), summary, isRequired: true)
        return range.lowerBound
    }

    /// Records a string of limited length.
    public mutating func required(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String {
        record(name, JSONSchema(.string(maximumLength: maximumLength)), summary, isRequired: true)
        return String.placeholder
    }

    /// Records a list of limited length.
    public mutating func required<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T] {
        record(name, JSONSchema(.array(of: T.schema, maximumCount: maximumCount)), summary, isRequired: true)
        return []
    }

    /// Records a member that may be left out.
    public mutating func optional<T: JSONReadable>(
        _ name: StaticString, _ summary: StaticString
    ) throws(JSONReadError) -> T? {
        record(name, T.schema, summary)
        return nil
    }

    /// Records an integer within a range, which may be left out.
    public mutating func optional<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T? {
        record(name, T.integerSchema(in: range), summary)
        return nil
    }

    /// Records a string of limited length, which may be left out.
    public mutating func optional(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String? {
        record(name, JSONSchema(.string(maximumLength: maximumLength)), summary)
        return nil
    }

    /// Records a list of limited length, which may be left out.
    public mutating func optional<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T]? {
        record(name, JSONSchema(.array(of: T.schema, maximumCount: maximumCount)), summary)
        return nil
    }

    /// Records a member that has a default.
    public mutating func optional<T: JSONReadable & JSONWritable>(
        _ name: StaticString, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        record(name, T.schema, summary, default: JSONValue(reparsing: `default`))
        return `default`
    }

    /// Records an integer within a range that has a default.
    public mutating func optional<T: JSONReadable & JSONWritable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        record(name, T.integerSchema(in: range), summary, default: JSONValue(reparsing: `default`))
        return `default`
    }
}

extension JSONValue {
    /// What a type writes, as a value: for schemas and tests, not for the request path.
    public init(reparsing writable: some JSONWritable) {
        do throws(JSONSyntaxError) {
            self = try JSONParser.parse(writable.jsonBytes().span, maximumDepth: 512)
        } catch {
            preconditionFailure("\(type(of: writable)) writes what is not JSON: \(error)")
        }
    }
}
