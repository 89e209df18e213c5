extension JSONReadError {
    /// Where the error is in the text that the value was parsed from.
    ///
    /// A value keeps no offsets, since requests need none; they are found again when somebody is to be shown the place.
    ///
    /// - Parameters:
    ///   - text: The text; comments may stand in it.
    ///   - value: What the text was parsed to.
    ///   - path: The place that the reader was given for the value.
    /// - Returns: Bytes before the name of an unknown member, else before the value that is wrong or that lacks a member;
    ///   nil when the path leads nowhere.
    public func offset(in text: Span<UInt8>, of value: JSONValue, at path: JSONPath) -> Int? {
        var search = OffsetSearch(error: self, offsets: offsetsOfNamesAndValues(in: text))
        return search.find(in: value, at: path)
    }
}

/// Walks through a value in the order of its text.
private struct OffsetSearch {
    let error: JSONReadError
    let offsets: [Int]
    private var next = 0

    init(error: JSONReadError, offsets: [Int]) {
        self.error = error
        self.offsets = offsets
    }

    mutating func find(in value: JSONValue, at path: JSONPath) -> Int? {
        guard let start = advance() else { return nil }
        let isHere = path.description == error.path
        if isHere, error.unknownMember == nil { return start }
        switch value {
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = find(in: element, at: path.appending(index: index)) { return found }
            }
        case .object(let members):
            for member in members {
                let name = advance()
                if isHere, let unknown = error.unknownMember, member.hasName(unknown) { return name }
                if let found = find(in: member.value, at: path.appending(member: member.name)) { return found }
            }
        default:
            break
        }
        return nil
    }

    private mutating func advance() -> Int? {
        guard next < offsets.count else { return nil }
        next += 1
        return offsets[next - 1]
    }
}

/// The first byte of every name and every value of a text that the parser accepts, in the order of the text.
package func offsetsOfNamesAndValues(in text: Span<UInt8>) -> [Int] {
    var offsets: [Int] = []
    var position = 0
    while position < text.count {
        switch text[position] {
        case 0x20, 0x0a, 0x0d, 0x09, UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            position += 1
        case UInt8(ascii: "/"):
            position = endOfComment(at: position, in: text)
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            offsets.append(position)
            position += 1
        case UInt8(ascii: "\""):
            offsets.append(position)
            position = endOfString(at: position, in: text)
        default:
            offsets.append(position)
            position = endOfWord(at: position, in: text)
        }
    }
    return offsets
}

private func endOfComment(at start: Int, in text: Span<UInt8>) -> Int {
    guard start + 1 < text.count else { return text.count }
    let isLine = text[start + 1] == UInt8(ascii: "/")
    var position = start + 2
    while position < text.count {
        position += 1
        if isLine, text[position - 1] == 0x0a { break }
        if !isLine, text[position - 1] == UInt8(ascii: "/"), position > start + 3,
            text[position - 2] == UInt8(ascii: "*")
        {
            break
        }
    }
    return position
}

private func endOfString(at start: Int, in text: Span<UInt8>) -> Int {
    var position = start + 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
        position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return position + 1
}

/// The end of a number or a literal.
private func endOfWord(at start: Int, in text: Span<UInt8>) -> Int {
    var position = start + 1
    while position < text.count {
        switch text[position] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
            UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
            position += 1
        default:
            return position
        }
    }
    return position
}
