/// An enumeration that is a string in JSON. The conformance is the declaration of the protocol alone.
public protocol JSONStringEnum: RawRepresentable<String>, CaseIterable, JSONReadable, JSONWritable, Sendable {
    /// What the case means, for the documentation.
    var summary: StaticString? { get }
}

extension JSONStringEnum {
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

    /// The names, with the cases' descriptions.
    public static var schema: JSONSchema {
        let summaries = allCases.compactMap { element in element.summary.map { "`\(element.rawValue)`: \($0)" } }
        return JSONSchema(
            .string(oneOf: allCases.map(\.rawValue)),
            description: summaries.isEmpty ? nil : summaries.joined(separator: "\n"))
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
