import ControlAPI
import Glibc
import JSON
import LinuxIO

/// A connection to the daemon's socket that makes one call at a time, on a thread of its own.
actor ControlClient {
    /// A reply and the moments between which the daemon has worked on it.
    struct Exchange<Result: Sendable>: Sendable {
        let result: Result
        let sentAt: MonotonicInstant
        let repliedAt: MonotonicInstant
    }

    private let executor = ThreadExecutor()
    private let socket: BlockingSocket
    private var received: [UInt8] = []
    private var passed: [SharedDescriptor] = []
    private var lastID: Int64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Connects; the daemon need not serve yet.
    init(socket path: String) throws {
        socket = try BlockingSocket(connectingTo: path, until: .now.advanced(byMilliseconds: 10_000))
    }

    /// Calls a method. Throws the `ControlError` that the daemon answers.
    func call<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, passing descriptors: [SharedDescriptor] = []
    ) throws -> Method.Result {
        try exchange(method, params, passing: descriptors).result
    }

    /// Calls a method and says when.
    func exchange<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, passing descriptors: [SharedDescriptor] = []
    ) throws -> Exchange<Method.Result> {
        let sentAt = MonotonicInstant.now
        try send(method, params, passing: descriptors)
        let reply = try receive()
        let repliedAt = MonotonicInstant.now
        return Exchange(result: try Self.result(method, of: reply), sentAt: sentAt, repliedAt: repliedAt)
    }

    /// Sends a request and does not wait for the reply.
    func send<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, passing descriptors: [SharedDescriptor] = []
    ) throws {
        lastID += 1
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("jsonrpc", "2.0")
        writer.member("id", JSONValue(lastID))
        writer.member("method", method.name)
        writer.member("params", params)
        if !descriptors.isEmpty { writer.member("fds", JSONValue(descriptors.count)) }
        writer.endObject()
        try send(writer.bytes, passing: descriptors)
    }

    /// Waits for the reply to a request that was sent.
    func receiveReply<Method: ControlMethod>(to method: Method.Type) throws -> Method.Result {
        try Self.result(method, of: receive())
    }

    /// Sends a request as it is written, and returns the reply.
    func call(text: String) throws -> JSONValue {
        try send(Array(text.utf8))
        return try receive()
    }

    /// Sends a request and kills the daemon by SIGKILL so many nanoseconds later, whatever it does then.
    func send<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, andKill pid: Int32, after nanoseconds: UInt64
    ) throws {
        try send(method, params)
        let moment = MonotonicInstant.now.advanced(byNanoseconds: nanoseconds)
        // Spinning, since no timer is that exact.
        while MonotonicInstant.now < moment {}
        kill(pid, SIGKILL)
    }

    /// The error that the daemon answers; fails when it answers a result.
    func refusal<Method: ControlMethod>(
        of method: Method.Type, _ params: Method.Params, passing descriptors: [SharedDescriptor] = []
    ) throws -> ControlError {
        try send(method, params, passing: descriptors)
        return try receiveRefusal(of: method)
    }

    /// The descriptors that came along with replies, each once.
    func takeDescriptors() -> [SharedDescriptor] {
        defer { passed = [] }
        return passed
    }

    /// The error that answers a request that was sent; fails when it is a result.
    func receiveRefusal<Method: ControlMethod>(of method: Method.Type) throws -> ControlError {
        do {
            let result = try receiveReply(to: method)
            throw GuestError("\(method.name) was not refused: \(result)")
        } catch let error as ControlError {
            return error
        }
    }

    private func send(_ bytes: [UInt8], passing descriptors: [SharedDescriptor] = []) throws {
        try socket.send(
            (bytes + [UInt8(ascii: "\n")]).span, descriptors: descriptors, until: .now.advanced(byMilliseconds: 10_000))
    }

    private func receive() throws -> JSONValue {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: 50_000)
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                return try JSONParser.parse(line.span)
            }
            guard let extras = try socket.receive(appendingTo: &received, keepingDescriptors: 1, until: deadline)
            else { throw GuestError("the daemon has hung up") }
            passed += extras.descriptors
        }
    }

    private static func result<Method: ControlMethod>(
        _ method: Method.Type, of reply: JSONValue
    ) throws -> Method.Result {
        if let data = reply["error"]?["data"] {
            throw try ControlError(data, at: JSONPath("data", mode: .lenient))
        }
        guard let result = reply["result"] else { throw GuestError("\(method.name): \(reply)") }
        return try Method.Result(result, at: JSONPath("result", mode: .lenient))
    }
}
