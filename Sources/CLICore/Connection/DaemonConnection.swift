internal import ControlAPI
internal import JSON
internal import JSONRPC
internal import LinuxIO
internal import SystemPackage

/// The connection of one command to the daemon.
struct DaemonConnection: ~Copyable {
    /// The daemon answers at the deadline; so long after it the answer is given up.
    private static let marginMs: UInt32 = 2_000

    private let path: String
    private let waitMs: UInt32
    private var client: RPCClient

    /// Connects to the daemon's socket.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - deadlineMs: what the request names; without one the daemon's configured default counts, so that the wait here
    ///     ends only where none can last longer.
    /// - Throws: `CommandFailure` `unreachable`.
    init(path: String, deadlineMs: UInt32?) throws(CommandFailure) {
        self.path = path
        waitMs = (deadlineMs ?? GlobalOptions.deadlines.upperBound) + Self.marginMs
        do throws(Errno) {
            let end = MonotonicInstant.now.advanced(byMilliseconds: UInt64(waitMs))
            client = RPCClient(try BlockingSocket(connectingTo: path, until: end))
        } catch {
            throw Self.unreachable(path, error)
        }
    }

    /// Makes a call and waits for its result, showing `progress` meanwhile.
    mutating func call(
        _ method: String, _ params: some JSONWritable, showing progress: ProgressLine? = nil
    ) throws(CommandFailure) -> JSONValue {
        try response(to: method, params, showing: progress).result
    }

    /// Waits for the next event, as long as it takes.
    ///
    /// - Parameter hint: what to do when the daemon is gone.
    /// - Returns: the event, and the notification's parameters as they came.
    /// - Throws: `CommandFailure` `unreachable`, `malformedReply`.
    mutating func event(orElse hint: () -> String) throws(CommandFailure) -> (json: JSONValue, event: Event) {
        while true {
            let notification: RPCClient.Notification
            do throws(RPCClientError) {
                notification = try client.notification()
            } catch .closed {
                throw .unreachable("\(path): the daemon has ended or closed the connection", hint: hint())
            } catch {
                throw failure(error, EventsEventNotification.name)
            }
            guard notification.method == EventsEventNotification.name else { continue }
            do throws(JSONReadError) {
                let path = JSONPath("params", mode: .lenient)
                return (notification.params, try EventsEventNotification.Params(notification.params, at: path).event)
            } catch {
                throw .malformedReply("\(error)")
            }
        }
    }

    /// Makes a call whose result comes with a descriptor, and waits for both.
    mutating func callForDescriptor(
        _ method: String, _ params: some JSONWritable
    ) throws(CommandFailure) -> (result: JSONValue, descriptor: SharedDescriptor) {
        let response = try response(to: method, params)
        guard let descriptor = response.descriptors.first, response.descriptors.count == 1 else {
            throw .malformedReply("\(method) came with \(response.descriptors.count) descriptors instead of one")
        }
        return (response.result, descriptor)
    }

    private mutating func response(
        to method: String, _ params: some JSONWritable, showing progress: ProgressLine? = nil
    ) throws(CommandFailure) -> RPCClient.Response {
        var progress = progress
        defer { progress?.erase() }
        do throws(RPCClientError) {
            let end = MonotonicInstant.now.advanced(byMilliseconds: UInt64(waitMs))
            let id = try client.send(method, params: params, until: end)
            while let next = progress?.next, next < end {
                do throws(RPCClientError) {
                    return try client.reply(to: id, until: next)
                } catch .transport(.timedOut) {
                    progress?.draw()
                }
            }
            return try client.reply(to: id, until: end)
        } catch {
            throw failure(error, method)
        }
    }

    private func failure(_ error: RPCClientError, _ method: String) -> CommandFailure {
        let unknown = "whether \(method) took effect is not known: look with vdpactl status"
        return switch error {
        case .reply(let error):
            .refused(RefusedCall(code: error.code, message: error.message, data: error.data as? JSONValue ?? .null))
        case .closed: .unreachable("\(path): the daemon closed the connection", hint: unknown)
        case .protocolViolation(let text): .malformedReply(text)
        case .transport(.timedOut): .unreachable("\(path): no answer within \(waitMs) ms", hint: unknown)
        case .transport(let errno): .unreachable("\(path): \(errno)", hint: unknown)
        }
    }

    private static func unreachable(_ path: String, _ error: Errno) -> CommandFailure {
        let hint =
            switch error {
            case .permissionDenied: "the socket is for its owner; run vdpactl as the user of vdpad"
            case .noSuchFileOrDirectory, .connectionRefused:
                "is vdpad running? --socket and VDPAD_SOCKET name its socket"
            default: "--socket and VDPAD_SOCKET name the daemon's socket"
            }
        return .unreachable("\(path): \(error)", hint: hint)
    }
}
