/// An enumeration that is a string in JSON. The conformance is the declaration of the protocol alone.
public protocol JSONStringEnum: RawRepresentable<String>, CaseIterable, JSONReadable, JSONWritable, Sendable {
    /// The name under which the schema is listed; by default the type's name without its module.
    static var schemaName: String { get }
    /// What the value says, for the documentation.
    static var schemaSummary: StaticString? { get }
    /// What the case means, for the documentation.
    var summary: StaticString? { get }
}

extension JSONStringEnum {
    /// The type's name without its module; the names of nested types are joined.
    public static var schemaName: String { JSONSchema.name(of: Self.self) }
    /// No description.
    public static var schemaSummary: StaticString? { nil }
    /// No description.
    public var summary: StaticString? { nil }

    /// Reads one of the names.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .string(let name) = value else {
            throw JSONReadError(at: path, expected: "a string", found: value)
        }
        guard let found = Self(rawValue: name) else { throw Self.unknownName(value, at: path) }
        self = found
    }

    /// Writes the name.
    @inlinable
    public func write(to writer: inout JSONWriter) {
        writer.value(rawValue)
    }

    /// A reference to the names, with the cases' descriptions.
    public static var schema: JSONSchema {
        let summaries = allCases.compactMap { element in element.summary.map { "`\(element.rawValue)`: \($0)" } }
        let lines = [schemaSummary.map { "\($0)" }].compactMap(\.self) + summaries
        return .named(
            schemaName, .string(oneOf: allCases.map(\.rawValue)),
            description: lines.isEmpty ? nil : lines.joined(separator: "\n"))
    }

    /// The first case.
    public static var placeholder: Self {
        guard let first = allCases.first else { preconditionFailure("\(Self.self) has no case") }
        return first
    }

    @usableFromInline
    static func unknownName(_ value: JSONValue, at path: JSONPath) -> JSONReadError {
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        return JSONReadError(at: path, "\(shortened(value)) is not one of \(names)")
    }
}
