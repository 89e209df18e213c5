import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

/// What the server sends by itself.
@Suite(.timeLimit(.minutes(5))) struct NotificationTests {
    /// The texts of notifications, and the ids of replies, in the order of the lines.
    private static func outline(_ line: JSONValue) -> String {
        if case .array(let replies) = line { return "[" + replies.map(outline).joined(separator: ",") + "]" }
        return line["params"]?["text"]?.text ?? "\(line["id"] ?? .null)"
    }

    private static let requests: [(lines: String, order: [String])] = [
        (request("announce", #"{"count":2}"#), ["0", "1", "1"]),
        (request("announceLater", #"{"count":2}"#), ["0", "1", "1"]),
        (request("announce", id: nil) + request("echo", id: 7), ["0", "7"]),
        (
            "[\(request("announce", id: 5).dropLast()),\(request("announceLater", id: 6).dropLast())]\n",
            ["0", "0", "[5,6]"]
        ),
        (request("announceAfterwards", #"{"count":2}"#), ["1", "0", "1"]),
        (request("announceAfterwards", id: nil) + request("echo", id: 7), ["0", "7"]),
        (
            "[\(request("announceAfterwards", id: 5).dropLast()),\(request("announceLater", id: 6).dropLast())]\n",
            ["0", "[5,6]", "0"]
        ),
    ]

    @Test(arguments: requests) func precedeTheReplyOfTheirCallUnlessTheyAreToFollowIt(
        _ lines: String, _ order: [String]
    ) async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            try await client.send(lines)
            var seen: [String] = []
            while seen.count < order.count, let line = try await client.line() { seen.append(Self.outline(line)) }
            #expect(seen == order)
        }
    }

    @Test(arguments: ["announce", "announceLater"]) func precedeItAlsoWhereThereIsNoRoom(_ method: String) async throws
    {
        var limits = RPCLimits()
        limits.unreadReplyBytes = 4_096
        // More than the sockets take, and much more than the limit.
        let count = 2_000
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            try await client.send(request(method, #"{"count":\#(count),"bytes":1000}"#))
            for number in 0..<count {
                let text = try #require(try await client.line()?["params"]?["text"]?.text)
                #expect(text.prefix { $0 != "." } == "\(number)")
            }
            #expect(try await client.line()?["id"] == 1)
        }
    }

    @Test func followAReplyThatWaitsForRoom() async throws {
        var limits = RPCLimits()
        limits.unreadReplyBytes = 4_096
        let count = 2_000
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            try await client.send(request("announceAround", #"{"count":\#(count),"bytes":1000}"#))
            for _ in 0..<count { #expect(try await client.line()?["method"] == "said") }
            #expect(try await client.line()?["id"] == 1)
            #expect(try await client.line()?["params"]?["text"] == "afterwards")
        }
    }

    @Test func comeWithoutARequest() async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            _ = try await client.call("echo")
            let connection = try #require(test.handler.state.withLock { $0.opened.first?.connection })
            for round in 0..<3 {
                test.handler.announce(["\(round)"], to: connection)
                #expect(try await client.line()?["params"]?["text"]?.text == "\(round)")
            }
            // A connection that is gone is told nothing.
            client.stream.close()
            try await test.until { test.handler.state.withLock { !$0.closed.isEmpty } }
            test.handler.announce(["late"], to: connection)
            #expect(test.handler.state.withLock { $0.announcements[connection]?.count } == 1)
        }
    }

    @Test func aClientThatDoesNotReadCostsNoQueue() async throws {
        try await TestServer.run { test in
            let deaf = try await test.connect()
            _ = try await deaf.call("echo")
            let connection = try #require(test.handler.state.withLock { $0.opened.first?.connection })
            let client = try await test.connect()
            let text = String(repeating: ".", count: 1_000)
            for _ in 0..<100 {
                test.handler.announce(Array(repeating: text, count: 100), to: connection)
                #expect(try await client.call("echo")?["id"] == 1)
            }
            // The limit of unread bytes, and what the two sockets hold.
            let fetched = test.handler.state.withLock { $0.fetched }
            #expect(fetched > 256 && fetched < 3_000)
            for _ in 0..<10_000 { #expect(try await deaf.line()?["method"] == "said") }
        }
    }

    @Test func theBlockingClientKeepsThem() async throws {
        try await TestServer.run { test in
            try await onThread {
                let deadline = MonotonicInstant.now.advanced(byMilliseconds: 20_000)
                var client = RPCClient(try BlockingSocket(connectingTo: test.path, until: deadline))
                _ = try client.call("announce", params: ["count": 3] as JSONValue, until: deadline)
                let echo = try client.send("echo", until: deadline)
                for number in 0..<3 {
                    let notification = try client.notification(until: deadline)
                    #expect(
                        notification == RPCClient.Notification(method: "said", params: ["text": .string("\(number)")]))
                }
                do {
                    _ = try client.notification(until: .now)
                    Issue.record("a fourth one")
                } catch RPCClientError.transport(.timedOut) {}
                _ = try client.reply(to: echo, until: deadline)
            }
        }
    }
}
