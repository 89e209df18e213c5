public import ControlAPI
public import JSON
internal import JSONRPC
public import LinuxIO
internal import SystemPackage

/// A connection whose calls keep their thread waiting: for programs without tasks, such as vdpactl. `DaemonClient` is for the
/// others. Not shared between threads.
///
/// An answer is waited for until two seconds after the deadline of the call, at which the daemon answers.
public struct BlockingConnection: ~Copyable {
    /// The longest deadline of the contract, in milliseconds: no default of a daemon is longer.
    public static let longestDeadlineMs: UInt32 = 3_600_000
    private static let marginMs: UInt32 = 2_000

    /// A request whose reply has not been taken.
    public struct PendingCall: Sendable {
        fileprivate let id: Int64
        fileprivate let waitMs: UInt32
        /// When its reply is given up.
        public let end: MonotonicInstant
    }

    /// What the daemon has answered.
    public struct Reply: Sendable {
        /// The result, as it came.
        public let result: JSONValue
        /// What came with it.
        public let descriptors: [SharedDescriptor]
    }

    private let defaultMs: UInt32
    private var client: RPCClient
    /// Ends the connection from any thread.
    public let connectionEnd: ConnectionEnd

    /// Connects to the daemon's socket.
    ///
    /// - Parameters:
    ///   - path: The socket.
    ///   - deadlineMs: How long the daemon may take for a call that names no deadline, in milliseconds. Without it the
    ///     daemon's configured default counts, so that the wait here ends only where none can last longer.
    /// - Throws: `VdpadError.unreachable`.
    public init(path: String = ControlSocket.defaultPath, deadlineMs: UInt32? = nil) throws(VdpadError) {
        defaultMs = deadlineMs ?? Self.longestDeadlineMs
        do throws(Errno) {
            let end = MonotonicInstant.now.advanced(byMilliseconds: UInt64(defaultMs + Self.marginMs))
            let socket = try BlockingSocket(connectingTo: path, until: end)
            connectionEnd = socket.connectionEnd
            client = RPCClient(socket)
        } catch {
            throw .unreachable(error)
        }
    }

    /// Makes a call and waits for its result.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - params: Its parameters.
    ///   - idempotencyKey: Names the call, for a method that takes a key.
    ///   - descriptors: What is passed along.
    /// - Returns: The result.
    /// - Throws: `VdpadError`.
    public mutating func call<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, idempotencyKey: String? = nil,
        descriptors: [SharedDescriptor] = []
    ) throws(VdpadError) -> Method.Result {
        try result(of: method, params, idempotencyKey, descriptors).result
    }

    /// Makes a call whose result comes with a descriptor, such as `device.acquire`.
    public mutating func callForDescriptor<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params
    ) throws(VdpadError) -> (result: Method.Result, descriptor: SharedDescriptor) {
        let (result, descriptors) = try result(of: method, params, nil, [])
        guard let descriptor = descriptors.first, descriptors.count == 1 else {
            throw .malformedReply("\(Method.name) came with \(descriptors.count) descriptors instead of one")
        }
        return (result, descriptor)
    }

    /// Sends a request of any method without waiting for its reply, which is waited for until two seconds after `deadlineMs`,
    /// or the deadline of the parameters if that is nil.
    public mutating func send(
        _ method: String, _ params: JSONValue, descriptors: [SharedDescriptor] = [], deadlineMs: UInt32? = nil
    ) throws(VdpadError) -> PendingCall {
        let waitMs = (deadlineMs ?? params["deadlineMs"]?.milliseconds ?? defaultMs) + Self.marginMs
        let end = MonotonicInstant.now.advanced(byMilliseconds: UInt64(waitMs))
        do throws(RPCClientError) {
            let id = try client.send(method, params: params, descriptors: descriptors, until: end)
            return PendingCall(id: id, waitMs: waitMs, end: end)
        } catch {
            throw Self.failure(error, waitMs)
        }
    }

    /// Waits for the reply to a request; nil if it has not come by `moment`.
    public mutating func reply(
        to call: PendingCall, until moment: MonotonicInstant = .distantFuture
    ) throws(VdpadError) -> Reply? {
        do throws(RPCClientError) {
            let response = try client.reply(to: call.id, until: min(moment, call.end))
            return Reply(result: response.result, descriptors: response.descriptors)
        } catch .transport(.timedOut) where moment < call.end {
            return nil
        } catch {
            throw Self.failure(error, call.waitMs)
        }
    }

    /// Waits for the next event of the connection's subscriptions, as long as it takes.
    ///
    /// - Returns: The event, and the notification's parameters as they came; nil when the connection has ended.
    public mutating func event() throws(VdpadError) -> (event: Event, params: JSONValue)? {
        while true {
            let notification: RPCClient.Notification
            do throws(RPCClientError) {
                notification = try client.notification()
            } catch .closed {
                return nil
            } catch {
                throw Self.failure(error, defaultMs)
            }
            guard notification.method == EventsEventNotification.name else { continue }
            let params: EventsEventNotification.Params = try Self.read(notification.params, "params")
            return (params.event, notification.params)
        }
    }

    private mutating func result<Method: ControlMethod>(
        of _: Method.Type, _ params: Method.Params, _ idempotencyKey: String?, _ descriptors: [SharedDescriptor]
    ) throws(VdpadError) -> (result: Method.Result, descriptors: [SharedDescriptor]) {
        var members = JSONValue(reparsing: params)
        if let idempotencyKey, case .object(let list) = members {
            members = .object(list + [JSONMember(name: "idempotencyKey", value: .string(idempotencyKey))])
        }
        let call = try send(Method.name, members, descriptors: descriptors)
        guard let reply = try reply(to: call) else {
            throw .unanswered("no answer within \(call.waitMs) ms")
        }
        return (try Self.read(reply.result, "result"), reply.descriptors)
    }

    private static func read<Value: JSONReadable>(_ value: JSONValue, _ name: StaticString) throws(VdpadError) -> Value
    {
        do throws(JSONReadError) {
            return try Value(value, at: JSONPath(name, mode: .lenient))
        } catch {
            throw .malformedReply("\(error)")
        }
    }

    private static func failure(_ error: RPCClientError, _ waitMs: UInt32) -> VdpadError {
        switch error {
        case .reply(let error):
            .refused(RefusedCall(code: error.code, message: error.message, data: error.data as? JSONValue ?? .null))
        case .closed: .unanswered("the daemon closed the connection")
        case .protocolViolation(let reason): .malformedReply(reason)
        case .transport(.timedOut): .unanswered("no answer within \(waitMs) ms")
        case .transport(let errno): .unanswered("\(errno)")
        }
    }
}

extension JSONValue {
    /// A time that can be a deadline.
    fileprivate var milliseconds: UInt32? {
        guard case .integer(let number) = self, number <= BlockingConnection.longestDeadlineMs else { return nil }
        return UInt32(exactly: number)
    }
}
