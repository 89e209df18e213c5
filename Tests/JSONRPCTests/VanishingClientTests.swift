import JSON
import LinuxIO
import SystemPackage
import Testing

@testable import JSONRPC

/// Clients that go at each byte of what they send and of what they are sent.
@Suite(.timeLimit(.minutes(5))) struct VanishingClientTests {
    @Test(arguments: [true, false]) func atEachByteOfARequest(isRead: Bool) async throws {
        try await TestServer.run { test in
            let text = request("later", #"{"a":[1,"é"]}"#, id: 1) + request("echo", id: 2)
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                let client = try await test.connect()
                try await client.stream.send(Array(bytes[..<count]))
                // The server finds the end behind the bytes, or after it has read them.
                if isRead { try await test.turn() }
                client.stream.close()
            }
            try await test.until { await test.server.connectionCount == 0 }
            #expect(try await test.connect().call("echo")?["id"] == 1)
        }
    }

    @Test(arguments: ["echo", "later"]) func atEachByteOfAReply(method: String) async throws {
        try await TestServer.run { test in
            let filler = String(repeating: "x", count: 20)
            let line = request(method, #"{"x":"\#(filler)"}"#) + request(method, id: 2)
            let client = try await test.connect()
            try await client.send(line)
            let first = try #require(try await client.line())
            let length = first.jsonBytes().count + 1
            for count in 0...length {
                let socket = try BlockingSocket(connectingTo: test.path, until: .distantFuture)
                try socket.send(Array(line.utf8).span)
                try await test.until { test.handler.received.count >= 2 * (count + 2) }
                var bytes: [UInt8] = []
                // The server sends on this very thread, so it must not wait here.
                while try bytes.count < count && socket.receiveNow(appendingTo: &bytes) { try await test.turn() }
            }
            try await test.until { await test.server.connectionCount == 1 }
            #expect(try await client.line()?["id"] == 2)
            #expect(try await client.call("echo")?["id"] == 1)
        }
    }

    /// The reply does not fit into the socket: the server waits for room when the client goes.
    @Test(arguments: [0, 1, 4_096, 65_536, 300_000, 900_000]) func withinALargeReply(count: Int) async throws {
        try await TestServer.run { test in
            for method in ["big", "laterBig"] {
                let client = try await test.connect()
                try await client.send(request(method, #"{"bytes":1000000}"#) + request("echo", id: 2))
                var rest = count
                while rest > 0 {
                    rest -= try await client.stream.receive { bytes, _ in bytes.count }
                }
                client.stream.close()
                try await test.until { await test.server.connectionCount == 0 }
            }
            #expect(try await test.connect().call("echo")?["id"] == 1)
        }
    }
}

extension BlockingSocket {
    /// Receives what is there already; false when the server has hung up.
    fileprivate borrowing func receiveNow(appendingTo bytes: inout [UInt8]) throws -> Bool {
        do throws(Errno) {
            return try receive(appendingTo: &bytes, until: .now) != nil
        } catch .timedOut {
            return true
        }
    }
}
