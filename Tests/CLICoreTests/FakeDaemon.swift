import CLICore
import CLinux
import Glibc
import LinuxIO
import SystemPackage
import Testing

/// A daemon for one call: it accepts one connection, reads one line, and sends what it was given.
struct FakeDaemon: ~Copyable {
    /// How one run of vdpactl went.
    struct Run: Sendable {
        var outcome: Vdpactl.Outcome
        /// The line that the daemon has read, without its line feed.
        var request: String
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
        let daemon = try FakeDaemon()
        let number = daemon.listener.rawValue
        let request = Promise<String>()
        try DetachedThread.start { request.resolve(serve(number, reply)) }
        let outcome = await vdpactl(arguments, socketOfEnvironment: daemon.path)
        return Run(outcome: outcome, request: await request.get())
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

    private static func serve(_ listener: CInt, _ reply: String?) -> String {
        do throws(Errno) {
            let number = try kernelCall("accept4") { clinux_accept(listener) }
            let connection = try BlockingSocket(OwnedDescriptor(number))
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                guard try connection.receive(appendingTo: &line) != nil else { return "" }
            }
            let request = String(decoding: line.dropLast(), as: UTF8.self)
            if let reply {
                let bytes = Array(reply.utf8)
                try connection.send(bytes.span)
            } else {
                while try connection.receive(appendingTo: &line) != nil {}
            }
            return request
        } catch {
            return "\(error)"
        }
    }
}

/// A reply line with this result.
func success(_ result: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"result":\#(result)}"# + "\n"
}

/// A reply line with this error.
func failure(_ code: Int, _ message: String, _ data: String) -> String {
    #"{"jsonrpc":"2.0","id":1,"error":{"code":\#(code),"message":"\#(message)","data":\#(data)}}"# + "\n"
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
