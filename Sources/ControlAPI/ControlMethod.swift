public import JSON
public import Virtio

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

    /// Where it needs it.
    static var scope: AccessScope { get }

    /// The devices that a call concerns on each of which the peer needs the role, where `scope` is `devices`; nil when the
    /// call concerns every device.
    static func devices(of params: Params) -> [DeviceName]?

    /// True when calling it twice has the effect of calling it once.
    static var isIdempotent: Bool { get }

    /// True when it changes something, so that each call is an operation and may be named by an `idempotencyKey`: one more
    /// with the same key and the same parameters does nothing and is answered as the first one is.
    static var isOperation: Bool { get }

    /// How many descriptors may accompany a request (SCM_RIGHTS, announced by `fds`).
    static var maximumDescriptors: Int { get }

    /// How many descriptors accompany the result.
    static var resultDescriptors: Int { get }

    /// Whether a descriptor accompanies the result of this call. It cannot be passed twice, so that a repetition under the
    /// same `idempotencyKey` is refused once the call has succeeded.
    static func passesDescriptor(_ params: Params) -> Bool
}

extension ControlMethod {
    /// A method that names no device concerns the host.
    public static var scope: AccessScope { .host }

    /// None is named.
    public static func devices(of params: Params) -> [DeviceName]? { nil }

    /// Most methods look.
    public static var isOperation: Bool { false }

    /// Most methods take no descriptor.
    public static var maximumDescriptors: Int { 0 }

    /// Most results come without one.
    public static var resultDescriptors: Int { 0 }

    /// Where one always does, or never.
    public static func passesDescriptor(_ params: Params) -> Bool { resultDescriptors > 0 }
}
