/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Hashable, Sendable {
    /// What is wrong with the text.
    public enum Reason: Hashable, Sendable {
        case emptyInput
        case byteOrderMark
        case unexpectedEnd
        /// The byte found, and what may stand there.
        case unexpectedByte(UInt8, expected: String)
        case leadingZero
        /// An integer outside Int64 and UInt64, or a number that no finite double comes near.
        case numberOutOfRange
        case invalidUTF8
        case unescapedControlCharacter(UInt8)
        case invalidEscape
        case loneSurrogate
        case duplicateMember(String)
        case tooDeep(limit: Int)
        case trailingBytes
        case unterminatedComment
    }

    /// Bytes before the place of the error; for a duplicate member, the place of its second name.
    public var offset: Int
    /// What is wrong.
    public var reason: Reason

    /// An error at this offset.
    public init(offset: Int, reason: Reason) {
        self.offset = offset
        self.reason = reason
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    /// A sentence such as `duplicate member "a" at byte 17`.
    public var description: String {
        "\(reason) at byte \(offset)"
    }
}

extension JSONSyntaxError.Reason: CustomStringConvertible {
    /// What is wrong, without the place.
    public var description: String {
        switch self {
        case .emptyInput: "no value"
        case .byteOrderMark: "byte order mark"
        case .unexpectedEnd: "unexpected end"
        case .unexpectedByte(let byte, let expected): "\(byteDescription(byte)) where \(expected) is expected"
        case .leadingZero: "number with a leading zero"
        case .numberOutOfRange: "number out of range"
        case .invalidUTF8: "invalid UTF-8"
        case .unescapedControlCharacter(let byte): "control character \(byteDescription(byte)) in a string"
        case .invalidEscape: "invalid escape"
        case .loneSurrogate: "lone surrogate"
        case .duplicateMember(let name): "duplicate member \(shortened(JSONValue.string(name)))"
        case .tooDeep(let limit): "nesting deeper than \(limit)"
        case .trailingBytes: "bytes after the value"
        case .unterminatedComment: "comment without an end"
        }
    }
}

private func byteDescription(_ byte: UInt8) -> String {
    if (0x21...0x7e).contains(byte) {
        return "'\(Character(Unicode.Scalar(byte)))'"
    }
    let digits = String(byte, radix: 16)
    return digits.utf8.count == 1 ? "0x0\(digits)" : "0x\(digits)"
}
