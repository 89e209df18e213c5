/// A value that is JSON but not what its reader declares.
public struct JSONReadError: Error, Sendable, Hashable {
    /// The place, such as `params.deadlineMs`.
    public var path: String
    /// What is wrong: the value, shortened, and the expected type or limit.
    public var message: String
    /// The name of the member that nobody declares, when that is the error.
    public var unknownMember: String?

    /// An error at this place.
    public init(at path: JSONPath, _ message: String) {
        self.path = path.description
        self.message = message
    }

    /// A value of another type; `expected` is such as `an integer`.
    public init(at path: JSONPath, expected: String, found value: JSONValue) {
        switch value {
        case .null, .array, .object: self.init(at: path, "expected \(expected), found \(value.kindDescription)")
        default: self.init(at: path, "expected \(expected), found \(shortened(value))")
        }
    }
}

extension JSONReadError: CustomStringConvertible {
    /// Such as `params.deadlineMs: 0 is out of range 1...3600000`.
    public var description: String {
        "\(path): \(message)"
    }
}
