import JSON
import Testing

/// A text, and what a strict parser makes of it: its value, or the place and the reason of the refusal.
struct SyntaxCase: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let outcome: Result<JSONValue, JSONSyntaxError>

    /// A text that has this value.
    static func valid(_ text: String, _ value: JSONValue) -> SyntaxCase {
        SyntaxCase(text: Array(text.utf8), outcome: .success(value))
    }

    /// A text that is refused at this byte for this reason.
    static func invalid(_ text: String, at offset: Int, _ reason: JSONSyntaxError.Reason) -> SyntaxCase {
        .invalid(bytes: Array(text.utf8), at: offset, reason)
    }

    /// Bytes that are refused at this one for this reason.
    static func invalid(bytes: [UInt8], at offset: Int, _ reason: JSONSyntaxError.Reason) -> SyntaxCase {
        SyntaxCase(text: bytes, outcome: .failure(JSONSyntaxError(offset: offset, reason: reason)))
    }

    /// The text with what cannot be printed as `‹xx›`.
    var testDescription: String {
        var description = ""
        for byte in text.prefix(80) {
            if 0x20...0x7e ~= byte {
                description.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                description += "‹\(String(byte, radix: 16))›"
            }
        }
        return text.count > 80 ? "\(description)… (\(text.count) bytes)" : description
    }
}

extension JSONSyntaxError.Reason {
    /// A byte where a value is expected.
    static func noValue(_ byte: Character) -> JSONSyntaxError.Reason {
        .unexpectedByte(byte.asciiValue ?? 0, expected: "a value")
    }

    /// A byte where a digit is expected.
    static func noDigit(_ byte: Character) -> JSONSyntaxError.Reason {
        .unexpectedByte(byte.asciiValue ?? 0, expected: "a digit")
    }
}
