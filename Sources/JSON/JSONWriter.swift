/// Appends JSON to a byte array: no white space, members in the order of the calls, the same bytes for the same calls.
///
/// Commas are put by the writer; that names and values alternate and brackets match is the caller's business.
/// A double is written as the shortest text that reads back as itself. JSON has no infinity and no NaN: they become
/// `null`, since a reply without a number is better than a daemon without a process.
public struct JSONWriter: Sendable {
    /// What has been written.
    public var bytes: [UInt8]
    @usableFromInline var needsComma = false

    /// A writer that starts with an empty array of this capacity.
    @inlinable
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    /// Opens an object, as an element or after a name.
    @inlinable
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes the object.
    @inlinable
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array, as an element or after a name.
    @inlinable
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes the array.
    @inlinable
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// A member's name, which must need no escapes; its value comes next.
    @inlinable
    public mutating func name(_ name: StaticString) {
        let text = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        unsafe appendQuoted(text, endingWith: UInt8(ascii: ":"))
        needsComma = false
    }

    /// A member's name known only at run time; its value comes next.
    @inlinable
    public mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Members and values

    /// A value: the whole text, an element of an array, or after a name.
    @inlinable
    public mutating func value(_ value: some JSONWritable) {
        value.write(to: &self)
    }

    /// A member.
    @inlinable
    public mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        self.name(name)
        value.write(to: &self)
    }

    /// A member whose name is known only at run time.
    @inlinable
    public mutating func member(_ name: String, _ value: some JSONWritable) {
        self.name(name)
        value.write(to: &self)
    }

    /// A member, or nothing when the value is nil.
    @inlinable
    public mutating func member(_ name: StaticString, ifPresent value: (some JSONWritable)?) {
        guard let value else { return }
        member(name, value)
    }

    /// A member with an array of these elements.
    @inlinable
    public mutating func member(_ name: StaticString, elements: some Sequence<some JSONWritable>) {
        self.name(name)
        beginArray()
        for element in elements {
            element.write(to: &self)
        }
        endArray()
    }

    /// A value that is JSON text already; it is not checked.
    @inlinable
    public mutating func encodedValue(_ text: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
        needsComma = true
    }

    // MARK: Scalars

    /// `null`.
    @inlinable
    public mutating func null() {
        word("null")
    }

    @inlinable
    mutating func word(_ word: StaticString) {
        separate()
        appendText(word)
        needsComma = true
    }

    @usableFromInline
    mutating func string(_ string: String) {
        var string = string
        string.withUTF8 { text in
            if unsafe text.contains(where: Self.needsEscape) {
                separate()
                bytes.append(UInt8(ascii: "\""))
                unsafe appendEscaped(text)
                bytes.append(UInt8(ascii: "\""))
            } else {
                unsafe appendQuoted(text)
            }
        }
        needsComma = true
    }

    mutating func hexadecimal(_ octets: [UInt8]) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        HexadecimalBytes.append(octets, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    @inlinable
    mutating func integer<Integer: FixedWidthInteger>(_ integer: Integer) {
        separate()
        if integer < 0 {
            bytes.append(UInt8(ascii: "-"))
        }
        appendDigits(UInt64(integer.magnitude))
        needsComma = true
    }

    @usableFromInline
    mutating func double(_ double: Double) {
        guard double.isFinite else {
            null()
            return
        }
        separate()
        bytes.append(contentsOf: double.description.utf8)
        needsComma = true
    }

    // MARK: Bytes

    @inlinable
    mutating func separate() {
        if needsComma {
            bytes.append(UInt8(ascii: ","))
        }
    }

    @inlinable
    mutating func appendText(_ text: StaticString) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a comma if one is due, the text in quotation marks, and one more byte if given: in one step, since names and
    /// short strings are most of what is written.
    @usableFromInline
    mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, endingWith last: UInt8? = nil) {
        let needsComma = needsComma
        bytes.append(addingCapacity: text.count + 4) { output in
            if needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            for index in text.indices { output.append(unsafe text[index]) }
            output.append(UInt8(ascii: "\""))
            if let last { output.append(last) }
        }
    }

    @usableFromInline
    mutating func appendDigits(_ number: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        var rest = number
        repeat {
            start -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            digits[start] = UInt8(ascii: "0") + UInt8(digit)
            rest = quotient
        } while rest > 0
        bytes.append(addingCapacity: digits.count - start) { output in
            for index in start..<digits.count { output.append(digits[index]) }
        }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            let byte = unsafe text[index]
            guard Self.needsEscape(byte) else { continue }
            unsafe bytes.append(contentsOf: text[start..<index])
            appendEscape(byte)
            start = index + 1
        }
        unsafe bytes.append(contentsOf: text[start...])
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x20...: bytes.append(byte)
        default:
            appendText("u00")
            bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0xf
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }
}
