import ControlAPI
import JSON
import LinuxIO
import SystemPackage

/// The daemon that runs the examples.
struct ExampleDaemon: ~Copyable {
    /// What keeps the reference from being written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let socket: BlockingSocket
    private let patience = MonotonicInstant.now.advanced(byMilliseconds: 60_000)

    init(at path: String) throws(Errno) {
        socket = try BlockingSocket(connectingTo: path, until: patience)
    }

    /// The reply to an example, which has a result.
    mutating func run(_ example: Example) throws -> JSONValue {
        let reply = try reply(to: example)
        guard reply["result"] != nil else { throw Failure(description: "\(example.call.method): \(reply)") }
        return reply
    }

    /// The reply to an example, with fixed values for what differs from run to run.
    mutating func reply(to example: Example) throws -> JSONValue {
        for call in example.before { try succeed(call) }
        let reply = try exchange(call: example.call)
        for call in example.after { try succeed(call) }
        return try FixedValues.replacing(in: reply)
    }

    /// Fails unless `rpc.discover` answers what the declarations say.
    mutating func expectDiscovery() throws {
        let document = JSONValue(reparsing: OpenRPCDocument(version: Version.current))
        guard try exchange(call: try Example.Call(RPCDiscoverMethod.self))["result"] == document else {
            throw Failure(description: "the daemon was not built from these declarations")
        }
    }

    private mutating func succeed(_ call: Example.Call) throws {
        let reply = try exchange(call: call)
        guard reply["result"] != nil else { throw Failure(description: "\(call.method): \(reply)") }
    }

    private mutating func exchange(call: Example.Call) throws -> JSONValue {
        var request = call.request
        if request["params"]?["operation"] == .string(FixedValues.operation) {
            request = try replacing(FixedValues.operation, with: try lastOperation(), in: request)
        }
        return try exchange(request)
    }

    private mutating func lastOperation() throws -> String {
        let list = try exchange(try Example.Call(OperationListMethod.self).request)
        guard case .array(let operations)? = list["result"]?["operations"],
            case .string(let id)? = operations.last?["id"]
        else { throw Failure(description: "there is no operation") }
        return id
    }

    private func replacing(_ old: String, with new: String, in value: JSONValue) throws -> JSONValue {
        let text = String(decoding: value.jsonBytes(), as: UTF8.self)
        let parts = text.split(separator: old, omittingEmptySubsequences: false)
        return try JSONParser.parse(Array(parts.joined(separator: new).utf8).span)
    }

    private mutating func exchange(_ request: JSONValue) throws -> JSONValue {
        let line = request.jsonBytes() + [UInt8(ascii: "\n")]
        try socket.send(line.span, until: patience)
        var received: [UInt8] = []
        while received.last != UInt8(ascii: "\n") {
            guard try socket.receive(appendingTo: &received, until: patience) != nil else {
                throw Failure(description: "the daemon has closed the connection")
            }
        }
        return try JSONParser.parse(received.span)
    }
}
