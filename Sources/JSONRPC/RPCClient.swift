public import JSON
public import LinuxIO
internal import SystemPackage

/// A client that waits: for programs without a loop. Not shared between threads.
///
/// Requests may be pipelined: `send` several, then take each reply by its id in any order.
public struct RPCClient: ~Copyable {
    /// A reply that is a result.
    public struct Response: Sendable {
        public var result: JSONValue
        /// What was passed along.
        public var descriptors: [SharedDescriptor]
    }

    private struct Reply {
        let id: Int64
        let outcome: Result<Response, RPCError>
    }

    private static let maximumDescriptors = 253
    private static let maximumDepth = 128

    private let socket: BlockingSocket
    private var lastID: Int64 = 0
    private var framer: LineFramer
    private var descriptors = DescriptorAttribution()
    /// Replies that came before they were asked for.
    private var early: [Int64: Result<Response, RPCError>] = [:]

    /// A client of a connected socket.
    ///
    /// - Parameters:
    ///   - socket: The connection.
    ///   - maximumReplyBytes: A longer reply ends the conversation with `RPCClientError.protocolViolation`.
    public init(_ socket: consuming BlockingSocket, maximumReplyBytes: Int = 16 << 20) {
        self.socket = socket
        framer = LineFramer(maximumLineBytes: maximumReplyBytes)
    }

    /// Sends a request and waits for its reply.
    ///
    /// - Throws: `RPCClientError.reply` with the server's error; otherwise the connection can no longer be used.
    public mutating func call(
        _ method: String, params: (any JSONWritable)? = nil, descriptors: [SharedDescriptor] = [],
        until deadline: MonotonicInstant = .distantFuture
    ) throws(RPCClientError) -> Response {
        let id = try send(method, params: params, descriptors: descriptors, until: deadline)
        return try reply(to: id, until: deadline)
    }

    /// Sends a request without waiting for its reply.
    ///
    /// - Returns: The request's id.
    /// - Throws: `RPCClientError.transport`; a part may have been sent, so that the connection can no longer be used.
    public mutating func send(
        _ method: String, params: (any JSONWritable)? = nil, descriptors: [SharedDescriptor] = [],
        until deadline: MonotonicInstant = .distantFuture
    ) throws(RPCClientError) -> Int64 {
        lastID += 1
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("jsonrpc", "2.0")
        writer.member("id", lastID)
        writer.member("method", method)
        if let params {
            writer.name("params")
            params.write(to: &writer)
        }
        if !descriptors.isEmpty {
            writer.member("fds", descriptors.count)
        }
        writer.endObject()
        writer.bytes.append(UInt8(ascii: "\n"))
        do throws(Errno) {
            try socket.send(writer.bytes.span, descriptors: descriptors, until: deadline)
        } catch {
            throw .transport(error)
        }
        return lastID
    }

    /// Waits for the reply to the request with this id, keeping those to other requests.
    ///
    /// - Throws: as `call`.
    public mutating func reply(
        to id: Int64, until deadline: MonotonicInstant = .distantFuture
    ) throws(RPCClientError) -> Response {
        while true {
            if let reply = early.removeValue(forKey: id) {
                do throws(RPCError) {
                    return try reply.get()
                } catch {
                    throw .reply(error)
                }
            }
            try receive(until: deadline)
        }
    }

    private mutating func receive(until deadline: MonotonicInstant) throws(RPCClientError) {
        var chunk: [UInt8] = []
        let extras: ReceivedDescriptors?
        do throws(Errno) {
            extras = try socket.receive(
                appendingTo: &chunk, keepingDescriptors: Self.maximumDescriptors, until: deadline)
        } catch {
            throw .transport(error)
        }
        guard let extras else { throw .closed }
        descriptors.received(extras, limit: Self.maximumDescriptors)
        var position = 0
        while position < chunk.count {
            guard let event = framer.next(in: chunk.span, from: &position) else {
                descriptors.lineGoesOn(limit: Self.maximumDescriptors)
                return
            }
            var lineDescriptors = descriptors.lineEnded(
                isLast: position == chunk.count, limit: Self.maximumDescriptors)
            switch event {
            case .line(let range):
                keep(try Self.read(chunk.span.extracting(range), &lineDescriptors))
            case .lineInPartial:
                keep(try Self.read(framer.partial.span, &lineDescriptors))
            case .overlongLine:
                throw .protocolViolation("the reply is longer than \(framer.maximumLineBytes) bytes")
            }
        }
    }

    private mutating func keep(_ reply: Reply?) {
        guard let reply else { return }
        early[reply.id] = reply.outcome
    }

    /// The reply on a line; nil for a notification, which this client does not ask for.
    private static func read(
        _ line: Span<UInt8>, _ lineDescriptors: inout LineDescriptors
    ) throws(RPCClientError) -> Reply? {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(line, maximumDepth: maximumDepth)
        } catch {
            throw .protocolViolation("the reply is not JSON: \(error)")
        }
        if value["method"] != nil { return nil }
        if let error = value["error"] {
            guard case .integer(let code)? = error["code"], case .string(let message)? = error["message"] else {
                throw .protocolViolation("the error has no code and message")
            }
            let failure = RPCError(code: Int(code), message: message, data: error["data"])
            guard case .integer(let id)? = value["id"] else { throw .reply(failure) }
            return Reply(id: id, outcome: .failure(failure))
        }
        guard let result = value["result"], case .integer(let id)? = value["id"] else {
            throw .protocolViolation("the line is not a reply")
        }
        var response = Response(result: result, descriptors: [])
        if case .integer(let count)? = value["fds"] {
            lineDescriptors.promised = Int(count)
            do throws(LineDescriptors.Failure) {
                response.descriptors = try lineDescriptors.take(Int(count))
            } catch {
                throw .protocolViolation("the reply did not bring \(count) descriptors")
            }
        }
        return Reply(id: id, outcome: .success(response))
    }
}
