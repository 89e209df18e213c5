import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

/// A server and a loop of its own for one test. Everything, the test's body too, runs on the loop.
struct TestServer: Sendable {
    let loop: EventLoop
    let handler: TestHandler
    let server: RPCServer
    let path: String

    /// Runs `body` beside a server whose system calls meet `faults`, then drains the server and waits for its end.
    static func run(
        limits: RPCLimits = RPCLimits(), serverUID: UInt32 = 0, refusesConnections: Bool = false,
        hasOtherSocket: Bool = false, faults: InjectedFaults? = nil,
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let loop = try EventLoop()
        try DetachedThread.start { loop.run() }
        defer { loop.stop() }
        let directory = try temporaryDirectory()
        defer { remove(directory) }
        let path = directory + "/socket"
        // Not detached: an issue is recorded with the test of its task.
        let task = Task(executorPreference: loop) {
            let handler = TestHandler(loop: loop, refusesConnections: refusesConnections)
            var listeners = [RPCListener("control", try UnixListener(path: path, mode: 0o600, backlog: 1024, on: loop))]
            if hasOtherSocket {
                listeners.append(RPCListener("other", try UnixListener(path: path + "-2", mode: 0o600, on: loop)))
            }
            let server = RPCServer(
                listeners: listeners, limits: limits, serverUID: serverUID, handler: handler, on: loop)
            handler.state.withLock { $0.notify = { [weak server] in server?.notify($0) } }
            let test = TestServer(loop: loop, handler: handler, server: server, path: path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    await InjectedFaults.$current.withValue(faults) { await server.run() }
                }
                do {
                    try await body(test)
                } catch {
                    Issue.record(error)
                }
                await server.drain(until: .now.advanced(byMilliseconds: 0))
                try await group.waitForAll()
            }
            #expect(await server.connectionCount == 0)
            let (opened, closed) = handler.state.withLock { ($0.opened.count, $0.closed.count) }
            #expect(opened == closed)
        }
        try await task.value
    }

    /// A new connection to the socket, or to the other one.
    func connect(toOther: Bool = false) async throws -> TestClient {
        TestClient(try await UnixConnector.connect(to: toOther ? path + "-2" : path, on: loop))
    }

    /// Sends each byte when the server has read the one before it.
    func sendByteByByte(_ text: String, over client: TestClient) async throws {
        for byte in text.utf8 {
            try await client.stream.send([byte])
            try await turn()
        }
    }

    /// Lets the loop look at its descriptors and those who wait for them run.
    func turn() async throws {
        try await loop.sleep(until: .now)
        await Task.yield()
    }

    /// Returns when `condition` holds. The loop goes round meanwhile.
    func until(_ condition: @Sendable () async -> Bool) async throws {
        while await !condition() {
            try await loop.sleep(until: .now.advanced(byNanoseconds: 200_000))
        }
    }
}

/// The raw client of a test, on the loop.
final class TestClient {
    let stream: StreamSocket
    private var received: [UInt8] = []
    /// The bytes of `received` that hold no line feed.
    private var searched = 0
    private(set) var descriptors: [SharedDescriptor] = []
    private(set) var receiveCount = 0

    init(_ stream: StreamSocket) {
        self.stream = stream
    }

    func send(_ text: String, descriptors: [SharedDescriptor] = []) async throws {
        try await stream.send(Array(text.utf8), descriptors: descriptors)
    }

    /// The next line, parsed; nil at the end of the stream.
    func line() async throws -> JSONValue? {
        while true {
            let end = received.span.firstLineFeed(from: searched)
            searched = received.count
            if let end {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                searched = 0
                return try JSONParser.parse(line.span)
            }
            guard try await receiveMore() else { return nil }
        }
    }

    /// Everything up to the end of the stream, as text.
    func rest() async throws -> String {
        while try await receiveMore() {}
        return String(decoding: received, as: UTF8.self)
    }

    private func receiveMore() async throws -> Bool {
        receiveCount += 1
        let (bytes, extras) = try await stream.receive(keepingDescriptors: 64) { bytes, extras in
            var copy: [UInt8] = []
            copy.append(contentsOf: bytes)
            return (copy, extras)
        }
        received += bytes
        descriptors += extras.descriptors
        return !bytes.isEmpty
    }

    /// Sends a request and waits for the next line.
    func call(_ method: String, _ params: String = "{}", id: Int = 1) async throws -> JSONValue? {
        try await send(request(method, params, id: id))
        return try await line()
    }
}

func request(_ method: String, _ params: String = "{}", id: Int? = 1, fds: Int? = nil) -> String {
    let members = [
        #""jsonrpc":"2.0","method":"\#(method)","params":\#(params)"#, id.map { #""id":\#($0)"# },
        fds.map { #""fds":\#($0)"# },
    ]
    return "{" + members.compactMap { $0 }.joined(separator: ",") + "}\n"
}

private func temporaryDirectory() throws -> String {
    var template = Array("/tmp/vdpad-rpc-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func remove(_ directory: String) {
    for name in ["socket", "socket.lock", "socket-2", "socket-2.lock"] {
        _ = unsafe unlink(directory + "/" + name)
    }
    _ = unsafe rmdir(directory)
}
