internal import ControlAPI
internal import JSON
internal import LinuxIO
internal import SystemPackage
internal import VdpadClient

/// The connection of one command to the daemon, whose failures are the command's.
struct DaemonConnection: ~Copyable {
    private let path: String
    private let deadlineMs: UInt32?
    private var connection: BlockingConnection

    /// Connects to the daemon's socket.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - deadlineMs: what the request names.
    /// - Throws: `CommandFailure` `unreachable`.
    init(path: String, deadlineMs: UInt32?) throws(CommandFailure) {
        self.path = path
        self.deadlineMs = deadlineMs
        do throws(VdpadError) {
            connection = try BlockingConnection(path: path, deadlineMs: deadlineMs)
        } catch {
            throw Self.failure(error, path, "")
        }
    }

    /// Makes a call and waits for its result, showing `progress` meanwhile.
    mutating func call(
        _ method: String, _ params: some JSONWritable, showing progress: ProgressLine? = nil
    ) throws(CommandFailure) -> JSONValue {
        try reply(to: method, params, showing: progress).result
    }

    /// Waits for the next event, as long as it takes.
    ///
    /// - Parameter hint: what to do when the daemon is gone.
    /// - Returns: the event, and the notification's parameters as they came.
    /// - Throws: `CommandFailure` `unreachable`, `malformedReply`.
    mutating func event(orElse hint: () -> String) throws(CommandFailure) -> (json: JSONValue, event: Event) {
        do throws(VdpadError) {
            if let (event, params) = try connection.event() { return (params, event) }
        } catch {
            throw Self.failure(error, path, EventsEventNotification.name)
        }
        throw .unreachable("\(path): the daemon has ended or closed the connection", hint: hint())
    }

    /// Makes a call whose result comes with a descriptor, and waits for both.
    mutating func callForDescriptor(
        _ method: String, _ params: some JSONWritable
    ) throws(CommandFailure) -> (result: JSONValue, descriptor: SharedDescriptor) {
        let reply = try reply(to: method, params)
        guard let descriptor = reply.descriptors.first, reply.descriptors.count == 1 else {
            throw .malformedReply("\(method) came with \(reply.descriptors.count) descriptors instead of one")
        }
        return (reply.result, descriptor)
    }

    private mutating func reply(
        to method: String, _ params: some JSONWritable, showing progress: ProgressLine? = nil
    ) throws(CommandFailure) -> BlockingConnection.Reply {
        var progress = progress
        defer { progress?.erase() }
        do throws(VdpadError) {
            let call = try connection.send(method, JSONValue(reparsing: params), deadlineMs: deadlineMs)
            while true {
                if let reply = try connection.reply(to: call, until: progress?.next ?? .distantFuture) { return reply }
                progress?.draw()
            }
        } catch {
            throw Self.failure(error, path, method)
        }
    }

    private static func failure(_ error: VdpadError, _ path: String, _ method: String) -> CommandFailure {
        switch error {
        case .refused(let call): .refused(call)
        case .unreachable(let errno): unreachable(path, errno)
        case .malformedReply(let text): .malformedReply(text)
        case .unanswered(let reason):
            .unreachable(
                "\(path): \(reason)", hint: "whether \(method) took effect is not known: look with vdpactl status")
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
