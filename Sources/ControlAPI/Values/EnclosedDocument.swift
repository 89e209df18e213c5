public import JSON

/// A document with a digest inside a request, as it came: the digest covers members that this version does not know.
public struct EnclosedDocument<Content: JSONReadable & JSONWritable & Sendable>: Sendable, Hashable {
    /// The whole document.
    public var value: JSONValue

    /// A document.
    public init(_ value: JSONValue) {
        self.value = value
    }
}

extension EnclosedDocument: JSONReadable, JSONWritable {
    /// Takes any object; who uses it verifies it.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .object = value else { throw JSONReadError(at: path, expected: "an object", found: value) }
        self.value = value
    }

    /// Writes the document.
    public func write(to writer: inout JSONWriter) {
        writer.value(value)
    }

    /// That of the content.
    public static var schema: JSONSchema { Content.schema }

    /// That of the content.
    public static var placeholder: EnclosedDocument { EnclosedDocument(JSONValue(reparsing: Content.placeholder)) }
}
