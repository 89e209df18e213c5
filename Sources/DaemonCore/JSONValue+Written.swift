import JSON

extension JSONValue {
    /// The value that this writes.
    init(written value: any JSONWritable) {
        guard let read = try? JSONParser.parse(value.jsonBytes().span) else {
            preconditionFailure("what was written is JSON")
        }
        self = read
    }
}
