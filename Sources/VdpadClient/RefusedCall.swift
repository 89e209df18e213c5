public import ControlAPI
public import JSON

/// An error that the daemon answered.
public struct RefusedCall: Sendable, Hashable {
    /// The number, which never changes its meaning.
    public let code: Int
    /// The sentence of the JSON-RPC error.
    public let message: String
    /// What else the daemon says, as it came; null without it.
    public let data: JSONValue

    /// The error, unless it is one of a newer daemon.
    public var errorCode: ErrorCode? { ErrorCode(rawValue: code) }
    /// The name of the error.
    public var name: String { text("name") ?? errorCode?.name ?? "error \(code)" }
    /// Why, in one sentence, for people.
    public var reason: String { text("message") ?? message }
    /// Whether the same call can succeed later without the caller changing anything.
    public var isRetryable: Bool { data["retryable"] == .bool(true) }

    /// A member of the data that is a string.
    public func text(_ name: String) -> String? {
        guard case .string(let text) = data[name] else { return nil }
        return text
    }
}
