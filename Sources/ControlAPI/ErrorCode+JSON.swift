public import JSON

/// In `data.name` a code is written by its name; its number is the JSON-RPC error's `code`.
extension ErrorCode: JSONReadable, JSONWritable {
    public static var schema: JSONSchema {
        .named(
            "ErrorName", .string(oneOf: allCases.map(\.name)), description: "The name of an error, for its code.")
    }
    public static var placeholder: ErrorCode { .internalError }

    /// Reads a code's name.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        let name = try String(value, at: path)
        guard let code = Self.allCases.first(where: { $0.name == name }) else {
            throw JSONReadError(at: path, "\(name) is not the name of an error code")
        }
        self = code
    }

    /// Writes the code's name.
    public func write(to writer: inout JSONWriter) {
        writer.value(name)
    }
}
