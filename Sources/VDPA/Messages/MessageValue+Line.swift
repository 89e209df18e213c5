import JSON

extension MessageValue {
    /// The value alone on a line, with its LF.
    package var line: [UInt8] {
        var writer = JSONWriter()
        writeMessage(to: &writer)
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}
