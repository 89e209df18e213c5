import JSON
import LinuxIO
import Testing

@testable import JSONRPC

private let peer = RPCPeer(connection: 1, socket: "control", pid: 1, uid: 0, gid: 0)

extension RPCSession {
    init(limits: RPCLimits = RPCLimits()) {
        self.init(limits: limits, peer: peer, handler: TestHandler())
    }

    mutating func process(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        process(bytes.span, from: &position)
        keep(bytes.span.extracting(position..<bytes.count))
    }

    /// Everything to send, as text.
    mutating func sent() -> String {
        var text: [UInt8] = []
        while sendNext({ bytes, _ in
            for index in bytes.indices { text.append(bytes[index]) }
            return bytes.count
        }) {}
        return String(decoding: text, as: UTF8.self)
    }
}

// A noncopyable value's properties cannot stand in #expect.
private func expectIdle(_ session: borrowing RPCSession, _ location: SourceLocation = #_sourceLocation) {
    let isIdle = session.isIdle
    #expect(isIdle, sourceLocation: location)
}

private func expectNotTaking(_ session: borrowing RPCSession, _ location: SourceLocation = #_sourceLocation) {
    let takesRequests = session.takesRequests
    #expect(!takesRequests, sourceLocation: location)
}

private func expectTakingKept(_ session: borrowing RPCSession, _ location: SourceLocation = #_sourceLocation) {
    let takesKept = session.takesRequests && !session.wantsInput
    #expect(takesKept, sourceLocation: location)
}

private func expectWantingInput(_ session: borrowing RPCSession, _ location: SourceLocation = #_sourceLocation) {
    let wantsInput = session.wantsInput
    #expect(wantsInput, sourceLocation: location)
}

/// The answer with the details taken out: ids, results, codes and messages.
func plain(_ line: String) throws -> JSONValue {
    withoutData(try JSONParser.parse(Array(line.utf8).span))
}

/// A reply, or those of a batch, without the data of errors.
func withoutData(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let elements): return .array(elements.map(withoutData))
    case .object(let members):
        return .object(
            members.filter { $0.name != "data" }.map { JSONMember(name: $0.name, value: withoutData($0.value)) })
    default: return value
    }
}

private func answer(to line: String, limits: RPCLimits = RPCLimits()) -> String {
    var session = RPCSession(limits: limits)
    session.process(line + "\n")
    return session.sent()
}

@Suite struct RPCSessionTests {
    /// The examples of the specification, section 7. A comma that its first batch example has too many is left out.
    static let specification: [(request: String, answer: String?)] = [
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#,
            #"{"jsonrpc": "2.0", "id": 1, "result": 19}"#
        ),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#,
            #"{"jsonrpc": "2.0", "id": 2, "result": -19}"#
        ),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
            #"{"jsonrpc": "2.0", "id": 3, "result": 19}"#
        ),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
            #"{"jsonrpc": "2.0", "id": 4, "result": 19}"#
        ),
        (#"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#, nil),
        (#"{"jsonrpc": "2.0", "method": "foobar"}"#, nil),
        (
            #"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#,
            #"{"jsonrpc": "2.0", "id": "1", "error": {"code": -32601, "message": "Method not found"}}"#
        ),
        (
            #"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#,
            #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "Parse error"}}"#
        ),
        (
            #"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#,
            #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}}"#
        ),
        (
            #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method"]"#,
            #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "Parse error"}}"#
        ),
        (
            "[]",
            #"{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}}"#
        ),
        (
            "[1]",
            #"[{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}}]"#
        ),
        (
            "[1,2,3]",
            #"""
            [{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}},
            {"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}},
            {"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}}]
            """#
        ),
        (
            #"""
            [{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}]
            """#,
            #"""
            [{"jsonrpc": "2.0", "id": "1", "result": 7},
            {"jsonrpc": "2.0", "id": "2", "result": 19},
            {"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "Invalid Request"}},
            {"jsonrpc": "2.0", "id": "5", "error": {"code": -32601, "message": "Method not found"}},
            {"jsonrpc": "2.0", "id": "9", "result": ["hello", 5]}]
            """#
        ),
        (
            #"""
            [{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]
            """#,
            nil
        ),
    ].map { ($0.0.replacing("\n", with: " "), $0.1) }

    @Test(arguments: specification.indices)
    func answersTheSpecificationsExamples(index: Int) throws {
        let (request, expected) = Self.specification[index]
        let answer = answer(to: request)
        guard let expected else {
            #expect(answer.isEmpty)
            return
        }
        #expect(answer.hasSuffix("\n"))
        #expect(try plain(answer) == plain(expected))
    }

    /// The id and code of an answer: `id:code`, or `id:` for a result.
    private func outcome(_ answer: String) throws -> String {
        let value = try plain(answer)
        let id = try #require(value["id"])
        let code = value["error"]?["code"].map { "\($0.int)" } ?? ""
        return id.jsonText() + ":" + code
    }

    @Test(arguments: [
        (#""id":1"#, "1:"), (#""id":0"#, "0:"), (#""id":-1"#, "-1:"), (#""id":-0"#, "0:"),
        (#""id":9007199254740991"#, "9007199254740991:"), (#""id":-9007199254740991"#, "-9007199254740991:"),
        (#""id":9007199254740992"#, "null:-32600"), (#""id":-9007199254740992"#, "null:-32600"),
        (#""id":18446744073709551615"#, "null:-32600"), (#""id":1.5"#, "null:-32600"), (#""id":1.0"#, "null:-32600"),
        (#""id":1e3"#, "null:-32600"), (#""id":null"#, "null:"), (#""id":"""#, #""":"#), (#""id":"a""#, #""a":"#),
        (#""id":"\u0000\"é""#, #""\u0000\"é":"#), (#""id":true"#, "null:-32600"), (#""id":[]"#, "null:-32600"),
        (#""id":{}"#, "null:-32600"),
        (#""id":""# + String(repeating: "é", count: 64) + "\"", "\"" + String(repeating: "é", count: 64) + "\":"),
        (#""id":""# + String(repeating: "é", count: 64) + "a\"", "null:-32600"),
        (#""id":""# + String(repeating: "a", count: 129) + "\"", "null:-32600"),
    ])
    func repeatsIDs(member: String, expected: String) throws {
        #expect(try outcome(answer(to: #"{"jsonrpc":"2.0","method":"echo",\#(member)}"#)) == expected)
    }

    @Test(arguments: [
        (#"{"method":"echo","id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"1.0","method":"echo","id":1}"#, "1:-32600"),
        (#"{"jsonrpc":2.0,"method":"echo","id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","id":"x"}"#, "\"x\":-32600"),
        (#"{"jsonrpc":"2.0","method":null,"id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","params":null,"id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","params":"x","id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","params":1}"#, "null:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","fds":-1,"id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","fds":65,"id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","fds":"1","id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"echo","fds":1,"id":1}"#, "1:-32602"),
        (#"{"jsonrpc":"2.0","result":1,"id":1}"#, "1:-32600"),
        (#"{"jsonrpc":"2.0","method":"rpc.discover","id":1}"#, "1:-32601"),
        (#"{"jsonrpc":"2.0","method":"fail","id":1}"#, "1:1001"),
        (#"{"jsonrpc":"2.0","method":"encoded","id":1}"#, "1:"),
        (#"{"jsonrpc":"2.0","method":"echo","id":1,"id":2}"#, "null:-32700"),
        (#"{"jsonrpc":"2.0","method":"echo","extra":1,"id":1}"#, "1:"),
        ("", "null:-32700"), (" ", "null:-32700"), ("1", "null:-32600"), ("null", "null:-32600"),
        (#""x""#, "null:-32600"), ("{}", "null:-32600"), ("{} {}", "null:-32700"), ("\u{feff}{}", "null:-32700"),
        (String(repeating: "[", count: 65), "null:-32700"),
        ("  {\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"id\":1}\r", "1:"),
    ])
    func answersRequests(line: String, expected: String) throws {
        #expect(try outcome(answer(to: line)) == expected)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","method":"nowhere"}"#, #"{"jsonrpc":"2.0","method":"fail"}"#,
        #"{"jsonrpc":"2.0","method":"echo","fds":1}"#, #"{"jsonrpc":"2.0","method":"big","params":[]}"#,
    ])
    func neverAnswersNotifications(line: String) {
        #expect(answer(to: line).isEmpty)
    }

    @Test func answersWhateverTheChunks() throws {
        let text = Self.specification.map { $0.request + "\n" }.joined()
        var whole = RPCSession()
        whole.process(text)
        let expected = whole.sent()
        #expect(!expected.isEmpty)
        for size in 1...40 {
            var session = RPCSession()
            var rest = text.utf8[...]
            while !rest.isEmpty {
                session.process(String(decoding: rest.prefix(size), as: UTF8.self))
                rest = rest.dropFirst(size)
            }
            #expect(session.sent() == expected, "in chunks of \(size)")
        }
    }

    @Test func namesTheLimit() throws {
        var limits = RPCLimits()
        limits.lineBytes = 100
        limits.replyBytes = 10
        limits.batchRequests = 2
        limits.depth = 4
        limits.idBytes = 3
        let request = #"{"jsonrpc":"2.0","method":"big","params":{"bytes":8},"id":1}"#
        #expect(try outcome(answer(to: request, limits: limits)) == "1:")
        let tooBig = answer(to: request.replacing("8", with: "9"), limits: limits)
        #expect(try outcome(tooBig) == "1:1015")
        #expect(tooBig.contains(#""limit":{"name":"replyBytes","value":10}"#))
        let padding = String(repeating: " ", count: 100 - request.utf8.count)
        #expect(try outcome(answer(to: request + padding, limits: limits)) == "1:")
        let tooLong = answer(to: request + padding + " ", limits: limits)
        #expect(try outcome(tooLong) == "null:1015")
        #expect(tooLong.contains(#""limit":{"name":"lineBytes","value":100}"#))
        #expect(try outcome(answer(to: "[1,2,3]", limits: limits)) == "null:-32600")
        let deep = #"{"jsonrpc":"2.0","method":"echo","params":[[["#
        #expect(try outcome(answer(to: deep + #"]]],"id":1}"#, limits: limits)) == "1:")
        #expect(try outcome(answer(to: deep + #"[]]]],"id":1}"#, limits: limits)) == "null:-32700")
    }

    /// What follows from a result does not happen without it.
    @Test(arguments: [(8, true, ""), (9, false, ""), (8, true, "[]"), (60, false, "[]")])
    func doesNothingAfterAResultThatIsTooLong(bytes: Int, follows: Bool, brackets: String) {
        var limits = RPCLimits()
        limits.replyBytes = brackets.isEmpty ? 10 : 60
        let handler = TestHandler()
        var session = RPCSession(limits: limits, peer: peer, handler: handler)
        let request = #"{"jsonrpc":"2.0","id":1,"method":"announceAfterwards","params":{"resultBytes":\#(bytes)}}"#
        session.process("\(brackets.prefix(1))\(request)\(brackets.suffix(1))\n")
        #expect(session.sent().contains("limitExceeded") == !follows)
        #expect(handler.state.withLock { $0.announcements.isEmpty } == !follows)
    }

    @Test func limitsTheResultsOfABatchTogether() throws {
        var limits = RPCLimits()
        limits.replyBytes = 300
        let element = #"{"jsonrpc":"2.0","method":"big","params":{"bytes":150},"id":1}"#
        let answers = try plain(answer(to: "[\(element),\(element)]", limits: limits))
        guard case .array(let elements) = answers else {
            Issue.record("\(answers)")
            return
        }
        #expect(elements.map { $0["error"]?["code"]?.int } == [nil, 1015])
    }

    // MARK: Requests in flight

    private func request(_ method: String, _ id: Int) -> String {
        #"{"jsonrpc":"2.0","method":"\#(method)","params":{"i":\#(id)},"id":\#(id)}"# + "\n"
    }

    @Test func answersInTheOrderOfTheReplies() {
        var session = RPCSession()
        session.process(request("later", 1) + request("later", 2) + request("echo", 3))
        let started = session.takeStarted()
        #expect(started.map(\.slot) == [.request(.integer(1)), .request(.integer(2))])
        session.finished(.request(.integer(2)), .result(2))
        session.finished(.request(.integer(1)), .result(1))
        let ids = session.sent().split(separator: "\n").map { $0.dropFirst(22).prefix(1) }
        #expect(ids == ["3", "2", "1"])
        expectIdle(session)
    }

    @Test func stopsAtTheLimitOfRequestsInFlight() {
        var limits = RPCLimits()
        limits.requestsInFlight = 2
        var session = RPCSession(limits: limits)
        session.process(request("later", 1) + request("later", 2) + request("echo", 3))
        expectNotTaking(session)
        #expect(session.sent().isEmpty)
        session.finished(.request(.integer(1)), .result(1))
        expectTakingKept(session)
        session.processKept()
        expectWantingInput(session)
        #expect(session.sent().split(separator: "\n").count == 2)
    }

    @Test func executesABatchInOrderAndWhatFollowsAfterIt() {
        var session = RPCSession()
        let elements = [request("later", 1), request("echo", 2), request("later", 3)].joined(separator: ",")
            .replacing("\n", with: "")
        session.process("[\(elements)]\n" + request("echo", 4))
        #expect(session.takeStarted().map(\.slot) == [.batchElement])
        expectNotTaking(session)
        session.finished(.batchElement, .result(1))
        #expect(session.takeNextOfBatch() != nil)
        #expect(session.takeNextOfBatch() == nil)
        #expect(session.sent().isEmpty)
        session.finished(.batchElement, .result(3))
        session.processKept()
        #expect(
            session.sent() == """
                [{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":2,"result":{"i":2}},\
                {"jsonrpc":"2.0","id":3,"result":3}]
                {"jsonrpc":"2.0","id":4,"result":{"i":4}}

                """)
    }

    @Test func takesNothingMoreWhileRepliesWaitToBeRead() {
        var limits = RPCLimits()
        limits.unreadReplyBytes = 100
        var session = RPCSession(limits: limits)
        session.process(request("later", 1) + request("later", 2) + request("echo", 3) + request("echo", 4))
        session.process(request("echo", 5) + request("echo", 6))
        expectNotTaking(session)
        let waiting = session.outgoing.count
        session.finished(.request(.integer(1)), .result(1))
        let stillWaiting = session.outgoing.count
        #expect(stillWaiting == waiting, "a deferred reply is written when there is room for it")
        _ = session.sent()
        session.processKept()
        _ = session.sent()
        session.processKept()
        session.finished(.request(.integer(2)), .result(2))
        _ = session.sent()
        expectIdle(session)
        expectWantingInput(session)
    }

    @Test func answersALineThatTheInputEnds() throws {
        var session = RPCSession()
        session.process(#"{"jsonrpc":"2.0","method":"echo","id":1}"#)
        session.inputEnded()
        #expect(try outcome(session.sent()) == "null:-32700")
        session.process(request("echo", 1))
        #expect(session.sent().isEmpty)
    }
}
