import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(5))) struct RPCClientTests {
    private func deadline() -> MonotonicInstant {
        .now.advanced(byMilliseconds: 20_000)
    }

    @Test func callsAndPipelines() async throws {
        try await TestServer.run { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                let echo = try client.call("echo", params: ["a": 1] as JSONValue, until: deadline())
                #expect(echo.result == ["a": 1])
                let held = try client.send("hold", params: ["name": "x"] as JSONValue, until: deadline())
                let released = try client.send("release", params: ["name": "x"] as JSONValue, until: deadline())
                let first = try client.reply(to: held, until: deadline()).result
                let second = try client.reply(to: released, until: deadline()).result
                #expect(first == "x" && second == true)
            }
        }
    }

    @Test func throwsTheServersError() async throws {
        try await TestServer.run { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                do {
                    _ = try client.call("fail", until: deadline())
                    Issue.record("no error")
                } catch RPCClientError.reply(let error) {
                    #expect(error.code == 1001 && error.message == "no")
                    #expect(error.data as? JSONValue == ["retryable": false])
                }
                let answer = try client.call("echo", until: deadline()).result
                #expect(answer == nil)
            }
        }
    }

    @Test func throwsWhyAConnectionIsRefused() async throws {
        try await TestServer.run(refusesConnections: true) { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                // The server may have closed already, when the request cannot even be sent; its answer is there all the same.
                _ = try? client.send("echo", until: deadline())
                do {
                    _ = try client.reply(to: 1, until: deadline())
                    Issue.record("no error")
                } catch RPCClientError.reply(let error) {
                    #expect(error.code == 1008)
                }
            }
        }
    }

    @Test func passesDescriptors() async throws {
        try await TestServer.run { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                let nine = try #require(pipe(holding: 9))
                let taken = try client.call("take", descriptors: [nine], until: deadline()).result
                #expect(taken == [9])
                let early = try client.send("echo", until: deadline())
                let given = try client.call("give", params: ["count": 3] as JSONValue, until: deadline())
                #expect(given.descriptors.map(firstByte) == [0, 1, 2])
                let answer = try client.reply(to: early, until: deadline())
                #expect(answer.descriptors.isEmpty)
            }
        }
    }

    /// A reply with a descriptor comes in two reads, of which the second brings the next reply too.
    @Test(arguments: [1, 20, 46, 47]) func keepsDescriptorsWithAReplyThatComesInParts(cut: Int) throws {
        let pair = try DescriptorPair()
        let server = try BlockingSocket(pair.first)
        var client = RPCClient(try BlockingSocket(pair.second))
        let first = try client.send("give", until: deadline())
        let second = try client.send("echo", until: deadline())
        let lines = [#"{"jsonrpc":"2.0","id":1,"result":true,"fds":1}"#, #"{"jsonrpc":"2.0","id":2,"result":2}"#]
        let text = lines.map { $0 + "\n" }.joined()
        let bytes = Array(text.utf8)
        // A read ends behind the bytes that carry descriptors.
        let seven = try #require(pipe(holding: 7))
        try server.send(bytes.span.extracting(first: cut), descriptors: [seven], until: deadline())
        try server.send(bytes.span.extracting(droppingFirst: cut), until: deadline())
        #expect(try client.reply(to: first, until: deadline()).descriptors.map(firstByte) == [7])
        #expect(try client.reply(to: second, until: deadline()).descriptors.isEmpty)
    }

    @Test func stopsWaitingAtTheDeadline() async throws {
        try await TestServer.run { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                do {
                    _ = try client.call(
                        "hold", params: ["name": "x"] as JSONValue, until: .now.advanced(byMilliseconds: 5))
                    Issue.record("no error")
                } catch RPCClientError.transport(let error) {
                    #expect(error == .timedOut)
                }
            }
        }
    }

    @Test func noticesTheEnd() async throws {
        try await TestServer.run { test in
            try await onThread {
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                let id = try client.send("hold", params: ["name": "x"] as JSONValue, until: deadline())
                var other = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline()))
                _ = try other.call("echo", until: deadline())
                let gone = Task.detached(executorPreference: test.loop) { await test.server.drain(until: .now) }
                do {
                    _ = try client.reply(to: id, until: deadline())
                    Issue.record("no error")
                } catch RPCClientError.closed {
                    _ = gone
                }
            }
        }
    }
}

/// Runs `body`, which waits in system calls, on a thread of its own.
func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    let outcome: Result<Void, any Error> = try await withCheckedThrowingContinuation { continuation in
        do {
            try DetachedThread.start { continuation.resume(returning: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
    try outcome.get()
}
