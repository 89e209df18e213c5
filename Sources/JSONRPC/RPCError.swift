public import JSON

/// The error of a reply: a code, a sentence, and what a program needs to decide what to do next.
public struct RPCError: Error, Sendable {
    public var code: Int
    public var message: String
    /// Written as the member `data`.
    public var data: (any JSONWritable & Sendable)?

    /// An error with any code.
    public init(code: Int, message: String, data: (any JSONWritable & Sendable)? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// −32700: the line is not JSON. `detail` names the byte.
    public static func parseError(_ detail: String) -> RPCError {
        RPCError(code: -32700, message: "Parse error", name: "parseError", detail: detail)
    }

    /// −32600: the value is not a request.
    public static func invalidRequest(_ detail: String) -> RPCError {
        RPCError(code: -32600, message: "Invalid Request", name: "invalidRequest", detail: detail)
    }

    /// −32601: no such method.
    public static func methodNotFound(_ method: String) -> RPCError {
        RPCError(
            code: -32601, message: "Method not found", name: "methodNotFound", detail: "there is no method \(method)")
    }

    /// −32602: a parameter is missing, unknown, of the wrong type or out of range.
    public static func invalidParams(_ detail: String) -> RPCError {
        RPCError(code: -32602, message: "Invalid params", name: "invalidParams", detail: detail)
    }

    /// −32603: the server has failed.
    public static func internalError(_ detail: String) -> RPCError {
        RPCError(code: -32603, message: "Internal error", name: "internalError", detail: detail)
    }

    /// 1015: a limit was passed.
    public static func limitExceeded(_ limit: RPCLimits.Name, of limits: RPCLimits) -> RPCError {
        RPCError(
            code: 1015, message: "Limit exceeded",
            data: StandardData(
                name: "limitExceeded", message: limit.sentence(limits[limit]),
                isRetryable: limit.isPassedByManyClients, limit: limit, limitValue: limits[limit]))
    }

    private init(code: Int, message: String, name: StaticString, detail: String) {
        self.init(
            code: code, message: message, data: StandardData(name: name, message: detail, isRetryable: false))
    }
}

extension RPCError: JSONWritable {
    /// Writes the error object of a reply.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", code)
        writer.member("message", message)
        if let data {
            writer.name("data")
            data.write(to: &writer)
        }
        writer.endObject()
    }
}

/// The data of the errors that this layer itself answers.
private struct StandardData: JSONWritable, Sendable {
    let name: StaticString
    let message: String
    let isRetryable: Bool
    var limit: RPCLimits.Name?
    var limitValue = 0

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name.description)
        writer.member("message", message)
        writer.member("retryable", isRetryable)
        if let limit {
            writer.name("limit")
            writer.beginObject()
            writer.member("name", limit.rawValue)
            writer.member("value", limitValue)
            writer.endObject()
        }
        writer.endObject()
    }
}
