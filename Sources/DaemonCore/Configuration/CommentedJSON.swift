import JSON

/// A file of JSON with comments that people write, so that what is wrong with it is told with its place.
struct CommentedJSON {
    /// The file, for errors.
    let file: String
    private let text: [UInt8]
    private let value: JSONValue
    /// Without a name of the whole, so that a place is such as `limits.lineBytes`.
    private let root = JSONPath("")

    /// Parses a text.
    ///
    /// - Throws: `ConfigurationError` with the place.
    init(_ text: [UInt8], file: String) throws(ConfigurationError) {
        self.file = file
        self.text = text
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(text.span, allowingComments: true)
        } catch {
            throw ConfigurationError(
                file: file, position: TextPosition(offset: error.offset, in: text.span), message: "\(error.reason)")
        }
    }

    /// Reads what the text says.
    ///
    /// - Throws: `ConfigurationError` with the place.
    func read<Value: JSONReadable>() throws(ConfigurationError) -> Value {
        try locating { root throws(JSONReadError) in try Value(value, at: root) }
    }

    /// Adds to an error where in the file it is.
    ///
    /// - Parameter body: is given the place of the whole.
    /// - Returns: what `body` does.
    /// - Throws: `ConfigurationError` with the place.
    func locating<Value>(
        _ body: (JSONPath) throws(JSONReadError) -> Value
    ) throws(ConfigurationError) -> Value {
        do throws(JSONReadError) {
            return try body(root)
        } catch {
            let offset = error.offset(in: text.span, of: value, at: root)
            throw ConfigurationError(
                file: file, position: offset.map { TextPosition(offset: $0, in: text.span) },
                message: error.path.isEmpty ? error.message : "\(error.path.dropFirst()): \(error.message)")
        }
    }

    /// The names of the members, with dots for members of members.
    var memberNames: [String] { Self.names(in: value) }

    private static func names(in value: JSONValue) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.flatMap { member in
            guard case .object = member.value else { return [member.name] }
            return names(in: member.value).map { "\(member.name).\($0)" }
        }
    }

    /// Where the elements of an array begin that is a member of the whole.
    func positions(ofElementsOf name: String) -> [TextPosition] {
        guard case .object(let members) = value else { return [] }
        let offsets = offsetsOfNamesAndValues(in: text.span)
        var next = 1
        for member in members {
            next += 1
            if member.name == name, case .array(let elements) = member.value {
                next += 1
                var starts: [Int] = []
                for element in elements {
                    starts.append(offsets[next])
                    next += Self.size(of: element)
                }
                return TextPosition.positions(ofAscending: starts, in: text.span)
            }
            next += Self.size(of: member.value)
        }
        return []
    }

    /// How many names and values a value consists of.
    private static func size(of value: JSONValue) -> Int {
        switch value {
        case .array(let elements): elements.reduce(1) { $0 + size(of: $1) }
        case .object(let members): members.reduce(1) { $0 + 1 + size(of: $1.value) }
        default: 1
        }
    }
}
