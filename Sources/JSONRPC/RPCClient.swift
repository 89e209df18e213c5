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

    /// A message of the server's own.
    public struct Notification: Sendable, Hashable {
        public var method: String
        /// The member `params`; null without one.
        public var params: JSONValue
    }

    private enum Line {
        case reply(Reply)
        case notification(Notification)
    }

    private struct Reply {
        let id: Int64
        let outcome: Result<Response, RPCError>
    }

    private static let maximumDescriptors = 253
    private static let maximumDepth = 128
    /// Notifications that are kept while nobody asks for them.
    private static let maximumNotifications = 65_536

    private let socket: BlockingSocket
    private var lastID: Int64 = 0
    private var framer: LineFramer
    private var descriptors = DescriptorAttribution()
    /// Replies that came before they were asked for.
    private var early: [Int64: Result<Response, RPCError>] = [:]
    /// Notifications that have not been asked for, in order; those before `nextNotification` have been taken.
    private var notifications: [Notification] = []
    private var nextNotification = 0

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

    /// Waits for the reply to the request with this id, keeping those to other requests and notifications.
    ///
    /// - Throws: `RPCClientError.reply` with the server's error; `RPCClientError.transport` with `Errno.timedOut` at the
    ///   deadline, after which it can be waited for again; otherwise the connection can no longer be used.
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

    /// Waits for the next notification, keeping replies. Those that come while a reply is awaited are kept.
    ///
    /// - Throws: `RPCClientError.transport` with `Errno.timedOut` at the deadline, which leaves the connection as it is; else
    ///   the connection can no longer be used.
    public mutating func notification(
        until deadline: MonotonicInstant = .distantFuture
    ) throws(RPCClientError) -> Notification {
        while nextNotification == notifications.count { try receive(until: deadline) }
        defer {
            nextNotification += 1
            if nextNotification == notifications.count {
                notifications.removeAll(keepingCapacity: true)
                nextNotification = 0
            }
        }
        return notifications[nextNotification]
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
                try keep(Self.read(chunk.span.extracting(range), &lineDescriptors))
            case .lineInPartial:
                try keep(Self.read(framer.partial.span, &lineDescriptors))
            case .overlongLine:
                throw .protocolViolation("the reply is longer than \(framer.maximumLineBytes) bytes")
            }
        }
    }

    private mutating func keep(_ line: Line) throws(RPCClientError) {
        switch line {
        case .reply(let reply): early[reply.id] = reply.outcome
        case .notification(let notification):
            guard notifications.count - nextNotification < Self.maximumNotifications else {
                throw .protocolViolation(
                    "\(Self.maximumNotifications) notifications came while something else was waited for")
            }
            notifications.append(notification)
        }
    }

    private static func read(
        _ line: Span<UInt8>, _ lineDescriptors: inout LineDescriptors
    ) throws(RPCClientError) -> Line {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(line, maximumDepth: maximumDepth)
        } catch {
            throw .protocolViolation("the reply is not JSON: \(error)")
        }
        if case .string(let method)? = value["method"] {
            return .notification(Notification(method: method, params: value["params"] ?? .null))
        }
        if let error = value["error"] {
            guard case .integer(let code)? = error["code"], case .string(let message)? = error["message"] else {
                throw .protocolViolation("the error has no code and message")
            }
            let failure = RPCError(code: Int(code), message: message, data: error["data"])
            guard case .integer(let id)? = value["id"] else { throw .reply(failure) }
            return .reply(Reply(id: id, outcome: .failure(failure)))
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
        return .reply(Reply(id: id, outcome: .success(response)))
    }
}
