public import JSON

/// The parameters of an operation, and the name that its caller gives it.
public struct OperationParams<Params: JSONObjectReadable & JSONWritable & Sendable>: Sendable {
    /// The method's own parameters.
    public var params: Params
    /// Names the call: one more with the same key and the same parameters does nothing and is answered as this one is.
    public var idempotencyKey: String?

    /// The parameters of a call.
    public init(_ params: Params, idempotencyKey: String? = nil) {
        self.params = params
        self.idempotencyKey = idempotencyKey
    }
}

extension OperationParams: JSONObjectReadable {
    public static var schemaName: String { Params.schemaName }
    public static var schemaSummary: StaticString { Params.schemaSummary }

    /// Reads the members of both.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        params = try Params(members: &members)
        idempotencyKey = try members.optional(
            "idempotencyKey", maximumLength: 128,
            "Names the call for ten minutes: one more with this key and these parameters is answered as the first is.")
    }
}

extension ControlMethod {
    /// What a request may hold.
    public static var parameters: JSONSchema {
        isOperation ? OperationParams<Params>.definition : Params.definition
    }
}
