import JSON
import LinuxIO
import Testing

@testable import JSONRPC

@Suite struct RPCSessionDescriptorTests {
    /// A chunk and the bytes of the pipes that come with it.
    struct Chunk {
        let text: String
        var pipes: [UInt8] = []
        var isTruncated = false
    }

    private static func take(_ count: Int, _ id: Int) -> String {
        #"{"jsonrpc":"2.0","method":"take","id":\#(id),"fds":\#(count)}"#
    }

    private static let plain = #"{"jsonrpc":"2.0","method":"echo","id":9}"#

    /// Chunks, and for each answer the bytes of the request's pipes, or nil for −32602.
    private static let cases: [(chunks: [Chunk], answers: [[Int]?])] = [
        ([Chunk(text: take(1, 1) + "\n", pipes: [7])], [[7]]),
        ([Chunk(text: take(2, 1) + "\n", pipes: [7, 8])], [[7, 8]]),
        // Bytes of an earlier message may be read together with those that carry descriptors.
        ([Chunk(text: take(0, 1) + "\n" + take(1, 2) + "\n", pipes: [7])], [[], [7]]),
        ([Chunk(text: take(1, 1) + "\n" + take(1, 2) + "\n", pipes: [7])], [nil, [7]]),
        // The line comes in parts; its descriptors came with the first.
        (
            [Chunk(text: #"{"jsonrpc":"2.0","#, pipes: [7]), Chunk(text: #""method":"take","id":1,"fds":1}"# + "\n")],
            [[7]]
        ),
        (
            [
                Chunk(text: take(0, 1) + "\n{", pipes: [7]),
                Chunk(text: take(1, 2).dropFirst() + "\n" + take(1, 3) + "\n"),
            ],
            [[], [7], nil]
        ),
        // Promised and missing, unasked, too many, too few, truncated.
        ([Chunk(text: take(1, 1) + "\n")], [nil]),
        ([Chunk(text: take(0, 1) + "\n", pipes: [7]), Chunk(text: take(1, 2) + "\n")], [[], nil]),
        ([Chunk(text: take(1, 1) + "\n", pipes: [7, 8])], [nil]),
        ([Chunk(text: take(2, 1) + "\n", pipes: [7])], [nil]),
        ([Chunk(text: take(1, 1) + "\n", pipes: [7], isTruncated: true)], [nil]),
        // A batch shares its line's descriptors in order.
        ([Chunk(text: "[\(take(1, 1)),\(take(2, 2))]\n", pipes: [7, 8, 9])], [[7], [8, 9]]),
        ([Chunk(text: "[\(take(1, 1)),\(take(2, 2))]\n", pipes: [7, 8])], [nil, nil]),
        // A line that is not a request closes what came with it.
        ([Chunk(text: "x\n", pipes: [7]), Chunk(text: take(1, 1) + "\n")], [nil, nil]),
    ]

    @Test(arguments: cases.indices)
    func attributesDescriptorsToTheirLine(index: Int) throws {
        let (chunks, expected) = Self.cases[index]
        var limits = RPCLimits()
        limits.descriptors = 4
        var session = RPCSession(limits: limits)
        for chunk in chunks {
            session.received(
                ReceivedDescriptors(
                    descriptors: try chunk.pipes.map { try #require(pipe(holding: $0)) },
                    wereTruncated: chunk.isTruncated))
            session.process(chunk.text)
        }
        var answers: [[Int]?] = []
        for line in session.sent().split(separator: "\n") {
            let value = try JSONParser.parse(Array(line.utf8).span)
            let replies: [JSONValue] = if case .array(let elements) = value { elements } else { [value] }
            for reply in replies {
                if case .array(let bytes)? = reply["result"] {
                    answers.append(bytes.map(\.int))
                } else {
                    answers.append(nil)
                }
            }
        }
        #expect(answers == expected)
    }

    @Test func closesWhatComesAfterTheInputIsIgnored() throws {
        var session = RPCSession()
        session.ignoreInput()
        let reader = try {
            let (reader, writer) = try #require(pipeEnds())
            session.received(ReceivedDescriptors(descriptors: [writer]))
            return reader
        }()
        #expect(isAtEnd(reader))
        session.process(Self.plain + "\n")
        #expect(session.sent().isEmpty)
    }

    @Test func sendsALineWithDescriptorsAlone() throws {
        var lines = OutgoingLines()
        let limits = RPCLimits()
        let descriptor = try #require(pipe(holding: 1))
        lines.append(.result(1), id: .integer(1), limits: limits)
        lines.append(.result(2), id: .integer(2), limits: limits)
        lines.append(.result(3, descriptors: [descriptor]), id: .integer(3), limits: limits)
        lines.append(.result(4), id: .integer(4), limits: limits)
        var sent: [String] = []
        // All but the last three bytes of the first and third piece fit at first.
        while !lines.isEmpty {
            _ = lines.sendNext { bytes, descriptors in
                let count = sent.count == 0 || sent.count == 2 ? bytes.count - 3 : bytes.count
                var text = "\(descriptors.count):"
                for index in 0..<count { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
                sent.append(text)
                return count
            }
        }
        #expect(
            sent == [
                "0:{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":", "0:2}\n",
                "1:{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":3,\"fds\":", "0:1}\n",
                "0:{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":4}\n",
            ])
    }
}
