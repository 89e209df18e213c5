public import JSON

/// One method of the control API: its name, what it takes, what it answers, how it fails and who may call it.
///
/// Dispatch, `rpc.discover`, the reference in `api/` and vdpactl's help all come from the conforming type, so that there
/// is nothing else to keep in step.
public protocol ControlMethod: Sendable {
    /// The parameters: always an object, whose unknown members are refused.
    associatedtype Params: JSONObjectReadable & JSONWritable & Sendable

    /// The result: always an object, whose unknown members clients ignore.
    associatedtype Result: JSONReadable & JSONWritable & Sendable

    /// The name on the wire: `object.verb`.
    static var name: String { get }

    /// What it does, in one line.
    static var summary: StaticString { get }

    /// What a caller must know: order of checks, what happens on failure and when a client or the daemon dies.
    static var description: StaticString { get }

    /// The errors it can answer, besides those that every method can.
    static var errors: [ErrorCode] { get }

    /// The role that a peer needs.
    static var role: Role { get }

    /// True when calling it twice has the effect of calling it once.
    static var isIdempotent: Bool { get }

    /// True when it changes something, so that each call is an operation.
    static var isOperation: Bool { get }

    /// True when a call may be named by an `idempotencyKey`: one more with the same key and the same parameters does nothing
    /// and is answered as the first one is.
    static var takesIdempotencyKey: Bool { get }

    /// How many descriptors may accompany a request (SCM_RIGHTS, announced by `fds`).
    static var maximumDescriptors: Int { get }

    /// How many descriptors accompany the result.
    static var resultDescriptors: Int { get }
}

extension ControlMethod {
    /// Most methods look.
    public static var isOperation: Bool { false }

    /// What changes something takes one.
    public static var takesIdempotencyKey: Bool { isOperation }

    /// Most methods take no descriptor.
    public static var maximumDescriptors: Int { 0 }

    /// Most results come without one.
    public static var resultDescriptors: Int { 0 }
}

/// What a peer may do.
public enum Role: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// May look.
    case monitor
    /// May also stop and start devices.
    case `operator`
    /// May do everything.
    case admin
}
