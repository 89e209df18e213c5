import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

@Suite(.timeLimit(.minutes(5))) struct RPCServerTests {
    /// The specification's examples as one text, and what a server that takes one line at a time answers.
    private static let examples = RPCSessionTests.specification.map { $0.request + "\n" }.joined()
    private static var answers: String {
        var session = RPCSession()
        session.process(examples)
        return session.sent()
    }

    @Test func answersTheSpecificationsExamplesInOneWrite() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            try await client.send(Self.examples)
            try client.stream.shutdownSending()
            #expect(try await client.rest() == Self.answers)
            #expect(client.receiveCount == 2, "the replies of one read come in one write")
        }
    }

    @Test func answersTheSpecificationsExamplesByteByByte() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            try await test.sendByteByByte(Self.examples, over: client)
            try client.stream.shutdownSending()
            #expect(try await client.rest() == Self.answers)
        }
    }

    @Test func knowsThePeer() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            _ = try await client.call("echo")
            let peer = try #require(test.handler.state.withLock { $0.opened.first })
            #expect(
                peer == RPCPeer(connection: 1, socket: "control", pid: getpid(), uid: getuid(), gid: getgid()))
        }
    }

    @Test func knowsWhichSocketThePeerCameBy() async throws {
        try await TestServer.run(hasOtherSocket: true) { test in
            for isOther in [false, true, false] {
                _ = try await test.connect(toOther: isOther).call("echo")
            }
            #expect(test.handler.state.withLock { $0.opened.map(\.socket) } == ["control", "other", "control"])
        }
    }

    @Test func closesAConnectionOnDemand() async throws {
        try await TestServer.run(hasOtherSocket: true) { test in
            let (client, other) = (try await test.connect(), try await test.connect(toOther: true))
            _ = try await client.call("echo")
            _ = try await other.call("echo")
            try await client.send(request("hold", #"{"name":"a"}"#))
            try await test.until { test.handler.received.contains("hold") }
            test.server.close(1)
            test.server.close(1)
            #expect(try await client.line() == nil)
            #expect(try await other.call("echo") != nil)
            #expect(test.handler.state.withLock { $0.closed.map(\.connection) } == [1])
        }
    }

    /// Who has used up a limit at one socket has used it up at the other.
    @Test func countsTheConnectionsOfAllSockets() async throws {
        var limits = RPCLimits()
        limits.connections = 2
        limits.connectionsKeptForRoot = 0
        try await TestServer.run(limits: limits, hasOtherSocket: true) { test in
            let kept = [try await test.connect(), try await test.connect(toOther: true)]
            for client in kept { _ = try await client.call("echo") }
            for isOther in [false, true] {
                let refusal = try await test.connect(toOther: isOther).line()
                #expect(refusal?["error"]?["code"] == 1015)
            }
        }
    }

    @Test func answersPipelinedRequestsWhenTheyAreDone() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            try await client.send(
                request("hold", #"{"name":"a"}"#, id: 1) + request("hold", #"{"name":"b"}"#, id: 2)
                    + request("echo", id: 3))
            #expect(try await client.line()?["id"] == 3)
            test.handler.gate("b").resolve(true)
            #expect(try await client.line()?["id"] == 2)
            test.handler.gate("a").resolve(true)
            #expect(try await client.line()?["id"] == 1)
        }
    }

    @Test func executesABatchInOrder() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let elements = [
                request("hold", #"{"name":"a"}"#, id: 1), request("later", id: nil), request("later", id: 2),
            ]
            try await client.send("[\(elements.joined(separator: ","))]\n".replacing("}\n", with: "}") + "\n")
            try await client.send(request("echo", id: 3))
            let other = try await test.connect()
            _ = try await other.call("release", #"{"name":"a"}"#)
            let batch = try await client.line()
            guard case .array(let replies)? = batch else {
                Issue.record("\(String(describing: batch))")
                return
            }
            #expect(replies.map { $0["id"] } == [1, 2])
            // The empty line between the batch and the request is no JSON text.
            #expect(try await client.line()?["error"]?["code"] == -32700)
            #expect(try await client.line()?["id"] == 3)
            #expect(test.handler.received == ["hold", "release", "later", "later", "echo"])
        }
    }

    @Test func stopsReadingAtTheLimitOfRequestsInFlight() async throws {
        var limits = RPCLimits()
        limits.requestsInFlight = 2
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            try await client.send(
                request("hold", #"{"name":"a"}"#, id: 1) + request("hold", #"{"name":"b"}"#, id: 2)
                    + request("echo", id: 3))
            let other = try await test.connect()
            _ = try await other.call("release", #"{"name":"none"}"#)
            #expect(test.handler.received == ["hold", "hold", "release"])
            _ = try await other.call("release", #"{"name":"a"}"#)
            #expect(try await client.line()?["id"] == 1)
            #expect(try await client.line()?["id"] == 3)
            _ = try await other.call("release", #"{"name":"b"}"#)
            #expect(try await client.line()?["id"] == 2)
        }
    }

    @Test func answersLongLinesAndLivesOn() async throws {
        var limits = RPCLimits()
        limits.replyBytes = 2 << 20
        try await TestServer.run(limits: limits) { [limits] test in
            let client = try await test.connect()
            let limit = limits.lineBytes
            let shortest = request("echo", #"{"x":""}"#).utf8.count - 1
            let filler = String(repeating: "x", count: limit - shortest)
            let reply = try await client.call("echo", #"{"x":"\#(filler)"}"#)
            #expect(reply?["result"]?["x"]?.text?.utf8.count == filler.utf8.count)
            let refused = try await client.call("echo", #"{"x":"\#(filler)x"}"#)
            #expect(refused?["id"] == .null)
            #expect(refused?["error"]?["data"]?["limit"] == ["name": "lineBytes", "value": 1_048_576])
            let most = limits.replyBytes - 2
            let big = try await client.call("big", #"{"bytes":\#(most)}"#, id: 2)
            #expect(big?["result"]?.text?.utf8.count == most)
            #expect(try await client.call("big", #"{"bytes":\#(most + 1)}"#, id: 3)?["error"]?["code"] == 1015)
            #expect(try await client.call("echo", id: 4)?["id"] == 4)
        }
    }

    @Test func closesAClientThatNeverReads() async throws {
        var limits = RPCLimits()
        limits.unreadReplyMs = 50
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            for id in 0..<8 {
                try await client.send(request("big", #"{"bytes":1000000}"#, id: id))
            }
            try await test.until { test.handler.state.withLock { $0.closed.count == 1 } }
            #expect(test.handler.received.count < 8, "requests are not taken while replies wait")
            let other = try await test.connect()
            #expect(try await other.call("echo")?["id"] == 1)
            _ = client
        }
    }

    @Test func servesASlowReaderToTheEnd() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let count = 40
            for id in 0..<count {
                try await client.send(request(id % 2 == 0 ? "big" : "laterBig", #"{"bytes":100000}"#, id: id))
            }
            try client.stream.shutdownSending()
            var ids: Set<Int> = []
            while let reply = try await client.line() {
                #expect(reply["result"]?.text?.utf8.count == 100_000)
                ids.insert(try #require(reply["id"]).int)
            }
            #expect(ids.count == count)
        }
    }

    @Test func closesALineThatDoesNotEnd() async throws {
        var limits = RPCLimits()
        limits.partialLineMs = 30
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            #expect(try await client.call("echo")?["id"] == 1)
            try await client.send(#"{"jsonrpc""#)
            let refusal = try await client.line()
            #expect(refusal?["error"]?["data"]?["limit"] == ["name": "partialLineMs", "value": 30])
            #expect(try await client.line() == nil)
        }
    }

    @Test func aLineThatEndsInTimeStopsTheClock() async throws {
        var limits = RPCLimits()
        // Long enough for the two pieces of a line, however busy the machine is.
        limits.partialLineMs = 1_000
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            let text = request("hold", #"{"name":"a"}"#)
            try await client.send(String(text.prefix(10)))
            try await test.turn()
            try await client.send(String(text.dropFirst(10)))
            let witness = try await test.connect()
            try await witness.send("{")
            // The witness, which began later, is closed; the client lives.
            #expect(try await witness.line()?["error"]?["code"] == 1015)
            test.handler.gate("a").resolve(true)
            #expect(try await client.line()?["result"] == "a")
        }
    }

    @Test func refusesConnectionsPastTheLimit() async throws {
        var limits = RPCLimits()
        limits.connections = 2
        limits.connectionsKeptForRoot = 0
        try await TestServer.run(limits: limits) { test in
            let first = try await test.connect()
            let second = try await test.connect()
            _ = try await second.call("echo")
            let third = try await test.connect()
            let refusal = try await third.line()
            #expect(refusal?["error"]?["data"]?["limit"] == ["name": "connections", "value": 2])
            #expect(try await third.line() == nil)
            first.stream.close()
            try await test.until { await test.server.connectionCount == 1 }
            let fourth = try await test.connect()
            #expect(try await fourth.call("echo")?["id"] == 1)
        }
    }

    @Test func answersAConnectionThatTheHandlerRefuses() async throws {
        try await TestServer.run(refusesConnections: true) { test in
            let client = try await test.connect()
            #expect(try await client.line()?["error"]?["code"] == 1008)
            #expect(try await client.line() == nil)
        }
    }

    @Test func passesDescriptorsBothWays() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let pipes = try [5, 6].map { try #require(pipe(holding: $0)) }
            try await client.send(request("take", id: 1, fds: 2), descriptors: pipes)
            #expect(try await client.line()?["result"] == [5, 6])
            // Merged by the kernel: bytes without descriptors before the message that carries them.
            let seven = try #require(pipe(holding: 7))
            try await client.send(request("echo", id: 2))
            try await client.send(request("take", id: 3, fds: 1), descriptors: [seven])
            try await client.send(request("take", id: 4, fds: 1))
            #expect(try await client.line()?["id"] == 2)
            #expect(try await client.line()?["result"] == [7])
            #expect(try await client.line()?["error"]?["code"] == -32602)
            try await client.send(
                request("echo", id: 5) + request("give", #"{"count":2}"#, id: 6) + request("echo", id: 7))
            #expect(try await client.line()?["id"] == 5)
            #expect(try await client.line()?["fds"] == 2)
            #expect(client.descriptors.map(firstByte) == [0, 1])
            #expect(try await client.line()?["id"] == 7)
        }
    }

    @Test func cancelsWhatAVanishedClientWaitsFor() async throws {
        var limits = RPCLimits()
        limits.requestsInFlight = 1
        try await TestServer.run(limits: limits) { test in
            for isFull in [true, false] {
                let client = try await test.connect()
                try await client.send(
                    isFull
                        ? request("hold", #"{"name":"a"}"#) : "[" + request("hold", #"{"name":"a"}"#).dropLast() + "]\n"
                )
                try await test.until { await test.server.connectionCount == 1 && !test.handler.received.isEmpty }
                client.stream.close()
                try await test.until { await test.server.connectionCount == 0 }
            }
            #expect(test.handler.state.withLock { $0.cancelled } == 2)
        }
    }

    @Test func handsOverNothingAfterTheConnectionClosed() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let elements = [request("hold", #"{"name":"a"}"#), request("echo")].map { $0.dropLast() }
            try await client.send("[\(elements.joined(separator: ","))]\n" + request("echo"))
            try await test.until { !test.handler.received.isEmpty }
            client.stream.close()
            try await test.until { await test.server.connectionCount == 0 }
            #expect(test.handler.received == ["hold"])
        }
    }

    @Test func disconnectsWhoeverLeavesADescriptorUnread() async throws {
        var limits = RPCLimits()
        limits.unreadReplyMs = 2_000
        try await TestServer.run(limits: limits) { test in
            let reader = try await test.connect()
            let other = try await test.connect()
            try await reader.send(request("give"))
            #expect(try await reader.line()?["fds"] == 1)
            try await other.send(request("give"))
            // It asks on, which reads nothing of what it was sent.
            try await test.until { test.handler.received.count == 2 }
            try await other.send(request("echo"))
            try await test.until { await test.server.connectionCount == 1 }
            #expect(try await reader.call("echo", id: 7)?["id"] == 7)
        }
    }

    @Test func servesOthersBesideAClientThatSendsWithoutEnd() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let flood = try Flood(of: test.path)
            try await test.until { test.handler.received.count > 1_000 }
            for id in 0..<20 { #expect(try await client.call("later", id: id)?["id"]?.int == id) }
            #expect(flood.goesOn)
        }
    }

    @Test func closesEveryDescriptorThatItWasGiven() async throws {
        let texts = [
            request("take", fds: 1), request("echo"), request("take", fds: 2), request("later", fds: 1), "{", "x\n",
            "[" + request("later", fds: 1).dropLast() + "]\n", request("hold", #"{"name":"a"}"#, fds: 1),
        ]
        try await TestServer.run { test in
            let reader = try await self.sendWritingEnd(with: texts, to: test)
            // Its end comes when the last copy of the writing end is closed.
            try await test.until { isAtEnd(reader) }
            try await test.until { await test.server.connectionCount == 0 }
        }
    }

    /// Announced or not, too many or not, of a connection that is closed already: none is closed on the loop.
    @Test(arguments: [
        (request("take", fds: 1), 1), (request("echo"), 1), (request("take", fds: 1), 3), (request("take", fds: 2), 1),
        ("{", 1), (request("echo"), 100), ("x\n", 2),
    ])
    func letsTheHandlerCloseEveryDescriptorThatCame(text: String, count: Int) async throws {
        try await TestServer.run { test in
            let closed = Lock(0)
            test.handler.state.withLock { $0.closer = { _ in closed.withLock { $0 += 1 } } }
            let client = try await test.connect()
            let (_, writer) = try #require(pipeEnds())
            try await client.send(text, descriptors: Array(repeating: writer, count: count))
            client.stream.close()
            try await test.until { test.handler.state.withLock { $0.closed.count } == 1 }
            try await test.until { closed.withLock { $0 } >= count }
            #expect(closed.withLock { $0 } == count)
        }
    }

    @Test(arguments: [request("take", fds: 1), request("echo"), "{"], [true, false])
    func takesNoDescriptorsOfWhoMayPassNone(text: String, isGone: Bool) async throws {
        var limits = RPCLimits()
        limits.connectionsPerUID = 1
        try await TestServer.run(limits: limits, serverUID: .max) { test in
            test.handler.state.withLock { $0.takesDescriptors = false }
            let client = try await test.connect()
            #expect(try await client.call("echo")?["id"] == 1)
            let (reader, writer) = try #require(pipeEnds())
            try await client.send(text, descriptors: [writer])
            if isGone {
                client.stream.close()
            } else {
                #expect(try await client.line()?["error"]?["code"] == 1008)
                #expect(try await client.line() == nil)
            }
            try await test.until { test.handler.state.withLock { !$0.unread.isEmpty } }
            #expect(test.handler.received == ["echo"])
            // What has not been closed counts, and is closed by nobody but the handler.
            #expect(!isAtEnd(reader))
            #expect(await test.server.connectionCount == 1)
            let finish = test.handler.state.withLock { $0.unread.removeFirst().1 }
            finish()
            try await test.until { await test.server.connectionCount == 0 }
            withExtendedLifetime(writer) {}
        }
    }

    /// Sends each text over connections of its own, with the writing end of a pipe, and hangs up at once or later.
    private func sendWritingEnd(with texts: [String], to test: TestServer) async throws -> SharedDescriptor {
        let (reader, writer) = try #require(pipeEnds())
        for (index, text) in (0..<50).flatMap({ _ in texts }).enumerated() {
            let client = try await test.connect()
            try await client.send(text, descriptors: [writer])
            if index % 2 == 0 { await Task.yield() }
            client.stream.close()
        }
        return reader
    }

    @Test func answersWhatIsInFlightBeforeItDrains() async throws {
        try await TestServer.run { test in
            let busy = try await test.connect()
            let idle = try await test.connect()
            _ = try await idle.call("echo")
            try await busy.send(request("hold", #"{"name":"a"}"#))
            try await test.until { test.handler.received.count == 2 }
            await test.server.drain(until: .distantFuture)
            #expect(try await idle.line() == nil)
            try await busy.send(request("echo", id: 2))
            test.handler.gate("a").resolve(true)
            #expect(try await busy.line()?["result"] == "a")
            let afterwards = try? await busy.line()
            #expect(afterwards == nil)
            #expect(test.handler.received == ["echo", "hold"])
            await #expect(throws: Errno.connectionRefused) { _ = try await test.connect() }
        }
    }

    @Test func servesAThousandConnections() async throws {
        raiseDescriptorLimit()
        try await TestServer.run { test in
            var clients: [TestClient] = []
            for _ in 0..<1000 { clients.append(try await test.connect()) }
            for client in clients { try await client.send(request("later")) }
            for client in clients { #expect(try await client.line()?["id"] == 1) }
            #expect(await test.server.connectionCount == 1000)
        }
    }
}
