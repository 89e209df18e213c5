/// Takes the members that a type declares out of an object.
public struct JSONObjectReader: JSONMemberSource {
    /// Where the object stands.
    public let path: JSONPath
    @usableFromInline let members: [JSONMember]
    // Which members were taken: a bit each for the first 64, a list for the others.
    @usableFromInline var taken: UInt64 = 0
    @usableFromInline var takenBeyond: [Int] = []
    // Writers mostly keep the order of the declaration, so the search starts behind the last find.
    @usableFromInline var next = 0

    /// A reader of this value, which must be an object.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard case .object(let members) = value else {
            throw JSONReadError(at: path, expected: "an object", found: value)
        }
        self.members = members
        self.path = path
    }

    @inlinable
    mutating func take(_ name: StaticString) -> JSONValue? {
        for step in members.indices {
            let candidate = next + step
            let index = candidate < members.count ? candidate : candidate - members.count
            guard members[index].hasName(name) else { continue }
            if index < UInt64.bitWidth {
                taken |= 1 << UInt64(index)
            } else {
                takenBeyond.append(index)
            }
            next = index + 1 == members.count ? 0 : index + 1
            return members[index].value
        }
        return nil
    }

    /// Refuses the members that nobody took, if the path's mode is strict.
    @inlinable
    public func finish() throws(JSONReadError) {
        guard path.mode == .strict, taken.nonzeroBitCount + takenBeyond.count < members.count else { return }
        throw unknownMember()
    }

    @usableFromInline
    func unknownMember() -> JSONReadError {
        let unknown = members.indices.first { index in
            index < UInt64.bitWidth ? taken & 1 << UInt64(index) == 0 : !takenBeyond.contains(index)
        }
        let name = unknown.map { members[$0].name } ?? ""
        var error = JSONReadError(at: path, "unknown member \(shortened(.string(name)))")
        error.unknownMember = name
        return error
    }

    @usableFromInline
    func missing(_ name: StaticString) -> JSONReadError {
        JSONReadError(at: path, "member \"\(name)\" is missing")
    }

    // MARK: JSONMemberSource

    /// Reads a member that must be there.
    @inlinable
    public mutating func required<T: JSONReadable>(
        _ name: StaticString, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        guard let value = take(name) else { throw missing(name) }
        return try T(value, at: path.appending(member: name))
    }

    /// Reads an integer within a range.
    @inlinable
    public mutating func required<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        guard let value = take(name) else { throw missing(name) }
        return try T.read(value, in: range, at: path.appending(member: name))
    }

    /// Reads a string of limited length.
    @inlinable
    public mutating func required(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String {
        guard let value: String = try optional(name, maximumLength: maximumLength, summary) else { throw missing(name) }
        return value
    }

    /// Reads a list of limited length.
    @inlinable
    public mutating func required<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T] {
        guard let value: [T] = try optional(name, maximumCount: maximumCount, summary) else { throw missing(name) }
        return value
    }

    /// Reads a member that may be left out.
    @inlinable
    public mutating func optional<T: JSONReadable>(
        _ name: StaticString, _ summary: StaticString
    ) throws(JSONReadError) -> T? {
        guard let value = take(name) else { return nil }
        return try T(value, at: path.appending(member: name))
    }

    /// Reads an integer within a range, which may be left out.
    @inlinable
    public mutating func optional<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T? {
        guard let value = take(name) else { return nil }
        return try T.read(value, in: range, at: path.appending(member: name))
    }

    /// Reads a string of limited length, which may be left out.
    @inlinable
    public mutating func optional(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String? {
        guard let value = take(name) else { return nil }
        let place = path.appending(member: name)
        let string = try String(value, at: place)
        guard string.utf8.count <= maximumLength else {
            throw JSONReadError(at: place, "\(string.utf8.count) bytes are longer than the limit of \(maximumLength)")
        }
        return string
    }

    /// Reads a list of limited length, which may be left out. The elements of one that is longer are not looked at.
    @inlinable
    public mutating func optional<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T]? {
        guard let value = take(name) else { return nil }
        let place = path.appending(member: name)
        if case .array(let elements) = value, elements.count > maximumCount {
            throw JSONReadError(at: place, "\(elements.count) elements are more than the limit of \(maximumCount)")
        }
        return try [T](value, at: place)
    }

    /// Reads a member that has a default.
    @inlinable
    public mutating func optional<T: JSONReadable & JSONWritable>(
        _ name: StaticString, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        try optional(name, summary) ?? `default`
    }

    /// Reads an integer within a range that has a default.
    @inlinable
    public mutating func optional<T: JSONReadable & JSONWritable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T {
        try optional(name, in: range, summary) ?? `default`
    }
}
