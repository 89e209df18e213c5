import CLICore
import CLinux
import Glibc
import LinuxIO
import SystemPackage
import Testing

/// A daemon for one connection: it reads a line for each reply that it was given, and sends the reply.
struct FakeDaemon: ~Copyable {
    /// How one run of vdpactl went.
    struct Run: Sendable {
        var outcome: Vdpactl.Outcome
        /// The lines that the daemon has read, without their line feeds.
        var requests: [String]
        /// The first of them.
        var request: String { requests.first ?? "" }
    }

    /// What is sent for a line.
    struct Reply: Sendable {
        var text: String
        var descriptors: [SharedDescriptor] = []
    }

    /// What follows the last reply.
    enum End: Sendable {
        /// The connection is closed.
        case close
        /// It stays open until vdpactl closes it.
        case stay
        /// A further line is answered with SIGINT to vdpactl, which is a program of its own.
        case interrupt
    }

    private let directory: String
    let path: String
    private let listener: OwnedDescriptor

    init() throws(Errno) {
        let directory = "/tmp/vdpactl-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.createDirectory(directory, mode: 0o700)
        let path = directory + "/socket"
        let listener = OwnedDescriptor(try kernelCall("socket") { clinux_unix_socket(false) })
        try kernelCall("bind") { unsafe clinux_bind(listener.rawValue, path) }
        try kernelCall("listen") { clinux_listen(listener.rawValue, 1) }
        self.directory = directory
        self.path = path
        self.listener = listener
    }

    deinit {
        unsafe unlink(path)
        unsafe rmdir(directory)
    }

    /// Runs vdpactl with these arguments; the reply is sent as it is, and then the connection is closed. Without a reply
    /// the connection stays open until vdpactl closes it.
    static func run(_ arguments: [String], reply: String?) async throws -> Run {
        try await run(arguments, replies: reply.map { [Reply(text: $0)] } ?? [], end: reply == nil ? .stay : .close)
    }

    /// Runs vdpactl with these arguments.
    static func run(_ arguments: [String], replies: [Reply], end: End = .close) async throws -> Run {
        let daemon = try FakeDaemon()
        let requests = try daemon.start(replies, end)
        let outcome = await vdpactl(arguments, socketOfEnvironment: daemon.path)
        daemon.release()
        return Run(outcome: outcome, requests: await requests.get())
    }

    /// Runs a shell command that finds vdpactl, and the daemon through VDPAD_SOCKET.
    static func shell(_ command: String, replies: [Reply], end: End = .close) async throws -> ShellRun {
        let daemon = try FakeDaemon()
        let requests = try daemon.start(replies, end)
        let (output, status) = await Shell.run(
            "export VDPAD_SOCKET='\(daemon.path)' PATH='\(try Shell.programs)':\"$PATH\"; \(command)")
        daemon.release()
        return ShellRun(output: output, status: status, requests: await requests.get())
    }

    /// Runs `body`, which connects once to the path that it gets; returns the lines that the daemon has read, too.
    static func serve<Result>(
        _ replies: [Reply], end: End = .close, _ body: (String) async throws -> Result
    ) async throws -> (result: Result, requests: [String]) {
        let daemon = try FakeDaemon()
        let requests = try daemon.start(replies, end)
        let result = try await body(daemon.path)
        daemon.release()
        return (result, await requests.get())
    }

    /// Ends the wait for a vdpactl that has not come.
    private borrowing func release() {
        _ = try? BlockingSocket(connectingTo: path, until: .now)
    }

    /// How a shell command went.
    struct ShellRun: Sendable {
        var output: String
        /// As wait(2) has it.
        var status: CInt
        var requests: [String]
    }

    private borrowing func start(_ replies: [Reply], _ end: End) throws(Errno) -> Promise<[String]> {
        let number = listener.rawValue
        let requests = Promise<[String]>()
        try DetachedThread.start { requests.resolve(Self.serve(number, replies, end)) }
        return requests
    }

    /// Runs vdpactl on a thread of its own, since it waits.
    static func vdpactl(_ arguments: [String], socketOfEnvironment: String?) async -> Vdpactl.Outcome {
        await withCheckedContinuation { continuation in
            do throws(Errno) {
                try DetachedThread.start {
                    continuation.resume(
                        returning: Vdpactl.run(arguments) { $0 == "VDPAD_SOCKET" ? socketOfEnvironment : nil })
                }
            } catch {
                fatalError("no thread: \(error)")
            }
        }
    }

    private static func serve(_ listener: CInt, _ replies: [Reply], _ end: End) -> [String] {
        var requests: [String] = []
        do throws(Errno) {
            let number = try kernelCall("accept4") { clinux_accept(listener) }
            let connection = try BlockingSocket(OwnedDescriptor(number))
            for reply in replies {
                guard let line = try line(connection) else { return requests }
                requests.append(line)
                let bytes = Array(reply.text.utf8)
                try connection.send(bytes.span, descriptors: reply.descriptors)
            }
            if end == .close { return requests }
            if let line = try line(connection) { requests.append(line) }
            if end == .interrupt { kill(try connection.peerCredentials.processID, SIGINT) }
            while try line(connection) != nil {}
        } catch {
            requests.append("\(error)")
        }
        return requests
    }

    /// The next line; nil at the end. vdpactl sends one at a time.
    private static func line(_ connection: borrowing BlockingSocket) throws(Errno) -> String? {
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            guard try connection.receive(appendingTo: &line) != nil else { return nil }
        }
        return String(decoding: line.dropLast(), as: UTF8.self)
    }
}

/// A reply line with this result.
func success(_ result: String, id: Int = 1) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# + "\n"
}

/// A reply line with this error.
func failure(_ code: Int, _ message: String, _ data: String, id: Int = 1) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"\#(message)","data":\#(data)}}"# + "\n"
}

/// A value that is set once, on any thread, and waited for once.
final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiter: CheckedContinuation<Value, Never>?
    }

    private let state = Lock(State())

    func resolve(_ value: Value) {
        let waiter = state.withLock { state in
            state.value = value
            return state.waiter
        }
        waiter?.resume(returning: value)
    }

    func get() async -> Value {
        await withCheckedContinuation { continuation in
            let value: Value? = state.withLock { state in
                if state.value == nil { state.waiter = continuation }
                return state.value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
