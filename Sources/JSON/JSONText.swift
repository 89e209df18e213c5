/// A JSON value as its text: for what is passed on more often than it is looked into.
public struct JSONText: Sendable, Hashable {
    /// The text, in UTF-8.
    public let bytes: [UInt8]

    /// The text of this value.
    public init(_ value: any JSONWritable) {
        bytes = value.jsonBytes()
    }
}

extension JSONText: JSONReadable, JSONWritable {
    /// Takes any value.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        self.init(value)
    }

    /// Writes the text.
    public func write(to writer: inout JSONWriter) {
        writer.encodedValue(bytes)
    }

    /// Anything.
    public static var schema: JSONSchema { JSONValue.schema }
    /// `null`.
    public static var placeholder: JSONText { JSONText(JSONValue.null) }
}
