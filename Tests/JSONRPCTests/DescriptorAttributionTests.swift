import JSON
import LinuxIO
import SeededGenerator
import Testing

@testable import JSONRPC

/// Streams of lines with and without descriptors, true and false promises, cut anywhere.
@Suite(.timeLimit(.minutes(5))) struct DescriptorAttributionTests {
    /// One line: what it promises and what comes with it.
    private struct Line {
        let id: Int
        let promised: Int
        let pipes: [UInt8]

        /// Its bytes, or nil for an error.
        var answer: JSONValue? {
            promised == 0 || promised == pipes.count ? .array(pipes.prefix(promised).map { JSONValue($0) }) : nil
        }
    }

    @Test(arguments: 0..<8) func everyLineGetsItsOwn(seed: UInt64) async throws {
        try await TestServer.run { test in
            let client = try await test.connect()
            let count = 60
            var random = SeededGenerator(seed: seed)
            let lines = (0..<count).map { id in
                let came = [0, 0, 1, 2, 3].randomElement(using: &random) ?? 0
                let isTrue = Int.random(in: 0..<4, using: &random) > 0
                return Line(
                    id: id, promised: isTrue ? came : Int.random(in: 0...3, using: &random),
                    pipes: (0..<came).map { UInt8(($0 + 3 * id) % 251) })
            }
            for line in lines {
                try await self.send(line, over: client, cutting: Bool.random(using: &random))
                if Bool.random(using: &random) { try await test.turn() }
            }
            for line in lines {
                let reply = try #require(try await client.line())
                #expect(reply["id"]?.int == line.id)
                #expect(reply["result"] == line.answer, "\(line)")
                if line.answer == nil { #expect(reply["error"]?["code"] == -32602) }
            }
        }
    }

    /// In one message, or in two with the descriptors at the first.
    private func send(_ line: Line, over client: TestClient, cutting: Bool) async throws {
        let text = request("take", id: line.id, fds: line.promised)
        let pipes = try line.pipes.map { try #require(pipe(holding: $0)) }
        guard cutting, !pipes.isEmpty else {
            try await client.send(text, descriptors: pipes)
            return
        }
        try await client.send(String(text.prefix(7)), descriptors: pipes)
        try await client.send(String(text.dropFirst(7)))
    }
}
