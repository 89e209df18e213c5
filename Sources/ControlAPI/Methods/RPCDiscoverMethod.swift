public import JSON

/// `rpc.discover`
public enum RPCDiscoverMethod: ControlMethod {
    public typealias Params = NoParams
    public typealias Result = JSONValue

    public static let name = "rpc.discover"
    public static let summary: StaticString = "Describes every method as an OpenRPC 1.3.2 document."
    public static let description: StaticString = """
        The document is generated from the declarations that dispatch uses.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = true
}
