/// Reads JSON strictly as RFC 8259 has it, with 64-bit integers exact.
public enum JSONParser {
    /// The one value in the text.
    ///
    /// Refused, with the offset: invalid UTF-8, a byte order mark, lone surrogates, duplicate members, integers outside
    /// Int64 and UInt64, numbers beyond the finite doubles, arrays and objects nested deeper than `maximumDepth`, and
    /// bytes after the value. `-0` is the integer 0. `maximumDepth` also bounds the stack: at
    /// 1,000 it is below 8 MiB even without optimisation.
    ///
    /// - Parameters:
    ///   - bytes: The whole text.
    ///   - maximumDepth: Levels of arrays and objects; 0 allows scalars only.
    ///   - allowingComments: Accepts `//` to the end of the line and `/* */` wherever white space may stand.
    /// - Returns: The value.
    /// - Throws: `JSONSyntaxError` at the first thing that is wrong.
    public static func parse(
        _ bytes: Span<UInt8>, maximumDepth: Int = 64, allowingComments: Bool = false
    ) throws(JSONSyntaxError) -> JSONValue {
        var cursor = JSONCursor(bytes, maximumDepth: maximumDepth, allowingComments: allowingComments)
        return try cursor.document()
    }
}

/// The state of one parse.
private struct JSONCursor: ~Escapable {
    private let bytes: Span<UInt8>
    private let maximumDepth: Int
    private let allowingComments: Bool
    private var position = 0
    private var depth = 0
    /// Strings with escapes are put together here.
    private var unescaped: [UInt8] = []

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, maximumDepth: Int, allowingComments: Bool) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        self.allowingComments = allowingComments
    }

    @_lifetime(self: copy self)
    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf {
            throw error(.byteOrderMark)
        }
        try skipSpace()
        guard position < bytes.count else { throw error(.emptyInput) }
        let value = try value()
        try skipSpace()
        guard position == bytes.count else { throw error(.trailingBytes) }
        return value
    }

    // MARK: Values

    /// The value at the position, which is not white space.
    @_lifetime(self: copy self)
    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch try current() {
        case UInt8(ascii: "{"):
            return try object()
        case UInt8(ascii: "["):
            return try array()
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case let byte:
            throw error(.unexpectedByte(byte, expected: "a value"))
        }
    }

    @_lifetime(self: copy self)
    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        guard try current() != UInt8(ascii: "}") else {
            leave()
            return .object([])
        }
        var members: [JSONMember] = []
        members.reserveCapacity(4)
        var names = MemberNames()
        while true {
            let start = position
            guard try current() == UInt8(ascii: "\"") else {
                throw error(.unexpectedByte(bytes[position], expected: "a member's name"))
            }
            let name = try string()
            guard names.insert(name, beside: members) else {
                throw JSONSyntaxError(offset: start, reason: .duplicateMember(name))
            }
            try skipSpace()
            guard try current() == UInt8(ascii: ":") else {
                throw error(.unexpectedByte(bytes[position], expected: "':'"))
            }
            position += 1
            try skipSpace()
            members.append(JSONMember(name: name, value: try value()))
            try skipSpace()
            switch try current() {
            case UInt8(ascii: ","):
                position += 1
                try skipSpace()
            case UInt8(ascii: "}"):
                leave()
                return .object(members)
            case let byte:
                throw error(.unexpectedByte(byte, expected: "',' or '}'"))
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        guard try current() != UInt8(ascii: "]") else {
            leave()
            return .array([])
        }
        var elements: [JSONValue] = []
        while true {
            elements.append(try value())
            try skipSpace()
            switch try current() {
            case UInt8(ascii: ","):
                position += 1
                try skipSpace()
            case UInt8(ascii: "]"):
                leave()
                return .array(elements)
            case let byte:
                throw error(.unexpectedByte(byte, expected: "',' or ']'"))
            }
        }
    }

    /// Passes the opening bracket and the space after it.
    @_lifetime(self: copy self)
    private mutating func enter() throws(JSONSyntaxError) {
        guard depth < maximumDepth else { throw error(.tooDeep(limit: maximumDepth)) }
        depth += 1
        position += 1
        try skipSpace()
    }

    /// Passes the closing bracket.
    @_lifetime(self: copy self)
    private mutating func leave() {
        depth -= 1
        position += 1
    }

    @_lifetime(self: copy self)
    private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
        for index in 0..<word.utf8CodeUnitCount {
            let expected = unsafe word.utf8Start[index]
            guard try current() == expected else {
                throw error(.unexpectedByte(bytes[position], expected: "'\(word)'"))
            }
            position += 1
        }
    }

    // MARK: Numbers

    @_lifetime(self: copy self)
    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative {
            position += 1
        }
        let firstDigit = position
        var digits = DecimalDigits()
        try self.digits(into: &digits)
        guard bytes[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else {
            throw JSONSyntaxError(offset: start, reason: .leadingZero)
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            let fraction = position
            try self.digits(into: &digits)
            digits.exponent -= position - fraction
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            try exponent(into: &digits)
        }
        if isInteger {
            guard let integer = digits.integer(isNegative: isNegative) else {
                throw JSONSyntaxError(offset: start, reason: .numberOutOfRange)
            }
            return integer
        }
        if let exact = digits.exactDouble(isNegative: isNegative) {
            return .double(exact)
        }
        guard let text = try? UTF8Span(validating: bytes.extracting(start..<position)),
            let double = Double(String(copying: text)), double.isFinite
        else {
            throw JSONSyntaxError(offset: start, reason: .numberOutOfRange)
        }
        return .double(double)
    }

    /// One or more digits.
    @_lifetime(self: copy self)
    private mutating func digits(into digits: inout DecimalDigits) throws(JSONSyntaxError) {
        var digit = try current() &- UInt8(ascii: "0")
        guard digit < 10 else { throw error(.unexpectedByte(bytes[position], expected: "a digit")) }
        while digit < 10 {
            digits.append(digit)
            position += 1
            guard position < bytes.count else { return }
            digit = bytes[position] &- UInt8(ascii: "0")
        }
    }

    /// The exponent after its letter.
    @_lifetime(self: copy self)
    private mutating func exponent(into digits: inout DecimalDigits) throws(JSONSyntaxError) {
        let sign = try current()
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            position += 1
        }
        var exponent = DecimalDigits()
        try self.digits(into: &exponent)
        digits.add(exponent: exponent, isNegative: sign == UInt8(ascii: "-"))
    }

    // MARK: Strings

    /// The string whose opening quotation mark is at the position.
    @_lifetime(self: copy self)
    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        let hasEscapes: Bool
        do throws(JSONSyntaxError) {
            hasEscapes = try scanString()
        } catch {
            // What is wrong before it comes first.
            _ = try validated(start, error.offset)
            throw error
        }
        let end = position
        // Escapes are ASCII, so the text with them is valid exactly when the text without them is.
        let text = try validated(start, end)
        guard hasEscapes else {
            position = end + 1
            return text
        }
        position = start
        unescaped.removeAll(keepingCapacity: true)
        while position < end {
            if bytes[position] == UInt8(ascii: "\\") {
                append(try escape())
            } else {
                unescaped.append(bytes[position])
                position += 1
            }
        }
        position = end + 1
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// Goes to the closing quotation mark; whether there are escapes before it.
    @_lifetime(self: copy self)
    private mutating func scanString() throws(JSONSyntaxError) -> Bool {
        var hasEscapes = false
        while true {
            switch try current() {
            case UInt8(ascii: "\""):
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                _ = try escape()
            case let byte where byte < 0x20:
                throw error(.unescapedControlCharacter(byte))
            default:
                position += 1
            }
        }
    }

    private func validated(_ start: Int, _ end: Int) throws(JSONSyntaxError) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.extracting(start..<end)))
        } catch {
            throw JSONSyntaxError(offset: start + error.byteOffsets.lowerBound, reason: .invalidUTF8)
        }
    }

    /// The scalar that the escape at the position stands for; a surrogate pair is one.
    @_lifetime(self: copy self)
    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position
        position += 1
        let letter = try current()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONSyntaxError(offset: start, reason: .invalidEscape)
        }
        let unit = try hexadecimalUnit(ofEscapeAt: start)
        if let scalar = Unicode.Scalar(unit) {
            return scalar
        }
        guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else {
            throw JSONSyntaxError(offset: start, reason: .loneSurrogate)
        }
        let second = position
        position += 2
        let trail = try hexadecimalUnit(ofEscapeAt: second)
        guard UTF16.isTrailSurrogate(trail) else { throw JSONSyntaxError(offset: start, reason: .loneSurrogate) }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    @_lifetime(self: copy self)
    private mutating func hexadecimalUnit(ofEscapeAt start: Int) throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Unicode.Scalar(try current()).hexadecimalDigit else {
                throw JSONSyntaxError(offset: start, reason: .invalidEscape)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    @_lifetime(self: copy self)
    private mutating func append(_ scalar: Unicode.Scalar) {
        unescaped.append(contentsOf: scalar.utf8)
    }

    // MARK: Bytes

    private func current() throws(JSONSyntaxError) -> UInt8 {
        guard position < bytes.count else { throw error(.unexpectedEnd) }
        return bytes[position]
    }

    private func error(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(offset: position, reason: reason)
    }

    @_lifetime(self: copy self)
    private mutating func skipSpace() throws(JSONSyntaxError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            case UInt8(ascii: "/") where allowingComments: try skipComment()
            default: return
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func skipComment() throws(JSONSyntaxError) {
        let start = position
        position += 1
        let kind = try current()
        position += 1
        switch kind {
        case UInt8(ascii: "/"):
            while position < bytes.count, bytes[position] != 0x0a {
                position += 1
            }
        case UInt8(ascii: "*"):
            while position + 1 < bytes.count {
                if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
                    position += 2
                    try checkComment(from: start)
                    return
                }
                position += 1
            }
            throw JSONSyntaxError(offset: start, reason: .unterminatedComment)
        default:
            throw JSONSyntaxError(offset: start, reason: .unexpectedByte(UInt8(ascii: "/"), expected: "a value"))
        }
        try checkComment(from: start)
    }

    private func checkComment(from start: Int) throws(JSONSyntaxError) {
        _ = try validated(start, position)
    }
}

extension Unicode.Scalar {
    fileprivate var hexadecimalDigit: UInt8? {
        switch self {
        case "0"..."9": UInt8(value - 0x30)
        case "a"..."f": UInt8(value - 0x57)
        case "A"..."F": UInt8(value - 0x37)
        default: nil
        }
    }
}
