import JSON
import JSONRPC
import Testing

/// The specification's examples and rules through a real socket.
@Suite(.timeLimit(.minutes(5))) struct SpecificationTests {
    /// How a text comes to the server.
    enum Delivery: CaseIterable {
        case inOneWrite
        case byteByByte
    }

    private static let examples = RPCSessionTests.specification.map { request, answer in
        SpecificationRule("7: \(request)", [(request, answer)])
    }

    @Test(arguments: examples + SpecificationRule.all, Delivery.allCases)
    func keepsTo(rule: SpecificationRule, delivery: Delivery) async throws {
        let answers = try rule.answers.map(plain)
        // A line that comes byte by byte takes as long as the machine does.
        var limits = RPCLimits()
        limits.partialLineMs = 300_000
        try await TestServer.run(limits: limits) { test in
            let client = try await test.connect()
            // Everything before it has been answered when the last line is; nothing else has.
            let text = (rule.lines + [#"{"jsonrpc":"2.0","method":"echo","id":"end"}"#]).map { $0 + "\n" }.joined()
            switch delivery {
            case .inOneWrite: try await client.send(text)
            case .byteByByte: try await test.sendByteByByte(text, over: client)
            }
            var received: [JSONValue] = []
            while let line = try await client.line() {
                if line["id"] == "end" { break }
                received.append(withoutData(line))
            }
            #expect(received == answers)
        }
    }
}
