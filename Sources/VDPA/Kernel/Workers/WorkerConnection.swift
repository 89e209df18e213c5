import JSON
import LinuxIO
import SystemPackage

/// A worker process and the socket to it. On the loop's thread.
final class WorkerConnection: Sendable {
    /// No backtracer: a crashed worker waits for it with all its descriptors open, a duplicate of a VMM's among them, and
    /// the pidfd tells only when it has ended. The backtracer takes seconds on a busy host and is not there at all where
    /// only vdpad is installed; a core dump tells the same.
    private static let environment = ["SWIFT_BACKTRACE=enable=no"]

    private let child: ChildProcess
    private let socket: StreamSocket
    private let closer = ThreadExecutor()

    /// Its pid.
    var processID: Int32 { child.processID }

    /// Starts a worker. It inherits the standard error and its end of the socket, nothing else, and gets SIGKILL when the
    /// loop's thread ends.
    ///
    /// - Throws: `HostError` `workerLost`.
    init(starting command: WorkerCommand, role: HostWorker.Role, on loop: EventLoop) throws(HostError) {
        do throws(Errno) {
            let pair = try DescriptorPair()
            let far = SharedDescriptor(pair.second)
            socket = try StreamSocket(adopting: pair.first, on: loop)
            // A session of its own: a terminal's Ctrl-C is the daemon's to handle, not its workers'.
            child = try ChildProcess.start(
                ChildProcess.Request(
                    executable: command.executable,
                    arguments: ["vdpad"] + command.arguments + [role.rawValue], environment: Self.environment,
                    descriptors: [.null, .null, .inherited(2), .passed(far)], hasNewSession: true),
                on: loop)
        } catch {
            throw HostError(
                .workerLost, "a host worker cannot be started as \(command.executable): \(error)", errno: error)
        }
    }

    /// Returns when the process has ended, or the task is cancelled.
    func waitForEnd() async {
        _ = await child.exit.wait(until: .distantFuture, on: socket.loop)
    }

    /// Hangs up; an idle worker ends by it.
    func close() {
        socket.close()
    }

    /// Sends a job and waits for its answer.
    ///
    /// - Throws: `WorkerLoss` when the worker has ended or speaks nonsense.
    func exchange(_ job: WorkerJob) async throws(WorkerLoss) -> WorkerAnswer {
        var isSent = false
        do throws(Errno) {
            try await socket.send(job.request.line, descriptors: job.descriptor?.toSend ?? [])
            isSent = true
            if case .discard = job.request {
                // Sent, so the worker has a duplicate, be it unread. Only when the one here is closed, which is not the
                // last then, the worker is told to close its own.
                try await release(job.descriptor)
                try await socket.send(HostRequest.release.line)
            }
            var reader = LineReader()
            var descriptor: SharedDescriptor?
            while true {
                let lines: [[UInt8]]? = try await socket.receive(keepingDescriptors: 1) { bytes, extras in
                    descriptor = extras.descriptors.first ?? descriptor
                    return bytes.isEmpty ? nil : reader.lines(adding: bytes)
                }
                guard let lines else { throw .brokenPipe }
                if let line = lines.first { return WorkerAnswer(try Self.reply(line), descriptor: descriptor) }
            }
        } catch {
            throw WorkerLoss(
                error: HostError(
                    .workerLost, "the host worker (process \(processID)) ended during \"\(job.operation)\": \(error)",
                    errno: error),
                mayHaveBegun: isSent && !Self.provesUnread(error, job))
        }
    }

    /// Closes the descriptor here. Not on the loop, although others have it: a file system may make each close(2) wait for
    /// somebody, as FUSE does.
    private func release(_ descriptor: DescriptorHandoff?) async throws(Errno) {
        let released = Gate<Bool>()
        closer.run {
            descriptor?.release()
            released.resolve(true)
        }
        guard await released.wait(until: .distantFuture, on: socket.loop) != nil else { throw .canceled }
    }

    /// Whether the worker ended with the request unread: the kernel says ECONNRESET for it, and for nothing else
    /// (net/unix/af_unix.c, `unix_release_sock`). With two lines it does not say which one was not read.
    private static func provesUnread(_ error: Errno, _ job: WorkerJob) -> Bool {
        error == .connectionReset && job.request != .discard
    }

    private static func reply(_ line: [UInt8]) throws(Errno) -> HostReply {
        do throws(HostError) {
            return try HostReply(message: try JSONValue(line: line))
        } catch {
            throw .badMessage
        }
    }
}
