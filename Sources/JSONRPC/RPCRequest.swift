public import JSON
public import LinuxIO

/// A valid request or notification.
public struct RPCRequest: Sendable {
    public var method: String
    /// An object or an array, or nil when the member is absent.
    public var params: JSONValue?
    /// Nil for a notification, which is never answered.
    public var id: RPCID?
    /// The descriptors that came with the message, as many as its member `fds` says.
    public var descriptors: [SharedDescriptor]

    /// A request.
    public init(method: String, params: JSONValue? = nil, id: RPCID?, descriptors: [SharedDescriptor] = []) {
        self.method = method
        self.params = params
        self.id = id
        self.descriptors = descriptors
    }
}
