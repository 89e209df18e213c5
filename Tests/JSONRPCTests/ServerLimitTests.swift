import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

/// Each limit of a server is reached, which is fine, and passed, which is answered; then the connection lives.
@Suite(.timeLimit(.minutes(5))) struct ServerLimitTests {
    /// A request whose line, answer, depth, id or batch is as large as told.
    private static func line(_ name: RPCLimits.Name, _ size: Int) -> String {
        switch name {
        case .lineBytes:
            let shortest = request("echo", #"{"x":""}"#).dropLast()
            let filler = String(repeating: "x", count: size - shortest.utf8.count)
            return request("echo", #"{"x":"\#(filler)"}"#)
        case .replyBytes:
            // The result is a string with its quotation marks.
            return request("big", #"{"bytes":\#(size - 2)}"#)
        case .depth:
            let levels = size - 1
            return request(
                "echo", String(repeating: "[", count: levels) + String(repeating: "]", count: levels))
        case .idBytes:
            return #"{"jsonrpc":"2.0","method":"echo","id":"\#(String(repeating: "i", count: size))"}"# + "\n"
        default:
            return "[" + Array(repeating: String(request("echo").dropLast()), count: size).joined(separator: ",")
                + "]\n"
        }
    }

    @Test(
        arguments: [
            (.lineBytes, 120, 1015, #"{"name":"lineBytes","value":120}"#),
            (.replyBytes, 90, 1015, #"{"name":"replyBytes","value":90}"#),
            (.depth, 7, -32700, "nesting deeper than 7"),
            (.idBytes, 3, -32600, "the id is longer than 3 bytes"),
            (.batchRequests, 5, -32600, "the batch has more than 5 requests"),
        ] as [(RPCLimits.Name, Int, Int, String)])
    func isReachedAndPassed(
        name: RPCLimits.Name, size: Int, code: Int, words: String
    ) async throws {
        var limits = RPCLimits()
        switch name {
        case .lineBytes: limits.lineBytes = size
        case .replyBytes: limits.replyBytes = size
        case .depth: limits.depth = size
        case .idBytes: limits.idBytes = size
        default: limits.batchRequests = size
        }
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            for _ in 0..<3 {
                try await client.send(Self.line(name, size))
                let reached = try #require(try await client.line())
                #expect(reached["error"] == nil, "\(reached)")
                try await client.send(Self.line(name, size + 1))
                let passed = try #require(try await client.line())
                #expect(passed["error"]?["code"]?.int == code)
                #expect(passed.jsonText().contains(words), "\(passed)")
                // Whose request it was is known when the limit is not one of the line or of the id.
                #expect(passed["id"] == (name == .replyBytes ? 1 : .null))
            }
        }
    }

    @Test func asManyDescriptorsAsTheLimitPermits() async throws {
        var limits = RPCLimits()
        limits.descriptors = 2
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            let pipes = try [5, 6].map { try #require(pipe(holding: $0)) }
            try await client.send(request("take", id: 1, fds: 2), descriptors: pipes)
            #expect(try await client.line()?["result"] == [5, 6])
            let reader = try await self.passTooMany(over: client)
            // Its end comes when the last copy of the writing end is closed.
            try await test.until { isAtEnd(reader) }
            #expect(try await client.call("echo")?["id"] == 1)
        }
    }

    /// Passes the writing end of a pipe more often than the limit of two permits; returns the reading end.
    private func passTooMany(over client: TestClient) async throws -> SharedDescriptor {
        let (reader, writer) = try #require(pipeEnds())
        for promised in 0...2 {
            try await client.send(request("take", id: 2, fds: promised), descriptors: [writer, writer, writer])
            let reply = try await client.line()
            if promised == 0 {
                #expect(reply?["result"] == [], "what was not asked for is closed")
            } else {
                #expect(reply?["error"]?["data"]?["limit"] == ["name": "descriptors", "value": 2])
            }
        }
        // The number itself passes the limit.
        try await client.send(request("take", id: 3, fds: 3), descriptors: [writer, writer, writer])
        let refusal = try await client.line()
        #expect(refusal?["error"]?["code"] == -32600)
        #expect(refusal?["error"]?["data"]?["message"]?.text == "fds is an integer from 0 to 2")
        // In parts, so that no message passes the limit and the line does.
        let text = request("take", id: 4, fds: 2)
        for part in [text.prefix(5), text.dropFirst(5).prefix(5), text.dropFirst(10)] {
            try await client.send(String(part), descriptors: [writer])
        }
        let reply = try await client.line()
        #expect(reply?["error"]?["data"]?["limit"] == ["name": "descriptors", "value": 2])
        return reader
    }

    /// A client that has stopped reading costs what its socket holds, the limit, and the reply that passed it.
    @Test func unreadRepliesAreBounded() async throws {
        var limits = RPCLimits()
        limits.unreadReplyBytes = 50_000
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            let count = 100
            let requests = (0..<count).map { request("big", #"{"bytes":20000}"#, id: $0) }.joined()
            try await client.send(requests)
            let other = try await test.connect()
            for id in 0..<10 { _ = try await other.call("echo", id: id) }
            let taken = test.handler.received.count { $0 == "big" }
            #expect(taken < count / 2, "the server goes on taking requests whose replies nobody reads")
            for id in 0..<count { #expect(try await client.line()?["id"]?.int == id) }
        }
    }

    @Test(arguments: [["accept4"], ["epoll_ctl"]])
    func acceptsAgainAfterAnyError(calls: [String]) async throws {
        let errors: [Errno] = [.noSpace, .tooManyOpenFiles, .tooManyOpenFiles, .notPermitted]
        let faults = InjectedFaults(Dictionary(uniqueKeysWithValues: calls.map { ($0, errors) }))
        try await TestServer.run(faults: faults) { test in
            // Those whose connection could not be watched are told by its end.
            for _ in errors {
                let client = try await test.connect()
                _ = try? await client.call("echo")
            }
            let client = try await test.connect()
            #expect(try await client.call("echo")?["id"] == 1)
            #expect(faults.areUsedUp)
            let failures = test.handler.state.withLock { $0.failures }
            // The same one again is not told again.
            #expect(failures == [.noSpace, .tooManyOpenFiles, .notPermitted])
        }
    }
}
