import JSON

/// A result as its JSON text, for one that is asked for more often than it changes.
struct WrittenResult<Result: JSONWritable>: JSONWritable, Sendable {
    private let text: [UInt8]

    /// Writes the result.
    init(_ result: Result) {
        text = result.jsonBytes()
    }

    /// Writes the text.
    func write(to writer: inout JSONWriter) {
        writer.encodedValue(text)
    }
}
