import JSON
import Testing

/// The harness sees what the daemon must not do: every rule of its check, broken once.
@Suite("Replies are compared with the contract")
struct ConversationTests {
    /// The violations in a reply to a request.
    private static func violations(in reply: String, to request: String) throws -> [String] {
        var conversation = Conversation(try Contract.published.get())
        conversation.send("\(request)\n".utf8)
        return conversation.violations(in: try JSONParser.parse(Array(reply.utf8).span))
    }

    private static func request(_ method: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{}}"#
    }

    private static func result(_ result: String) -> String {
        #"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#
    }

    private static func device(_ members: String) -> String {
        result(#"{"device":{"name":"net0","runState":"idle","access":"none"\#(members)}}"#)
    }

    private static func error(_ code: Int, _ name: String, message: String = "no", _ data: String = "") -> String {
        #"{"jsonrpc":"2.0","id":1,"error":{"code":\#(code),"message":"\#(message)","#
            + #""data":{"name":"\#(name)","message":"no","retryable":false\#(data)}}}"#
    }

    private static let status = #""device":"net0","runState":"idle","vouched":true,"access":"none","warnings":[]"#

    static let valid: [(String, String)] = [
        (request("device.get"), device("")),
        (request("device.get"), device(#","class":"net","vendorId":0"#)),
        (request("device.get"), error(1001, "deviceNotFound", #","device":"net0""#)),
        (request("device.get"), error(-32_602, "invalidParams")),
        (request("device.list"), result(#"{"devices":[]}"#)),
        (request("device.status"), result(#"{\#(status),"status":null,"driverStatus":null}"#)),
        (request("no.such"), error(-32_601, "methodNotFound")),
        (#"{"id":1}"#, error(-32_600, "invalidRequest")),
        ("[\(request("device.get"))]", "[\(device(""))]"),
    ]

    @Test(arguments: valid) func whatTheContractHasIsNoViolation(request: String, reply: String) throws {
        #expect(try Self.violations(in: reply, to: request) == [])
    }

    static let invalid: [(String, String, String)] = [
        // The reply.
        (request("device.get"), #"{"jsonrpc":"2.0","method":"changed"}"#, "a notification that is not declared"),
        (
            request("device.get"), #"{"jsonrpc":"2.0","method":"events.event","params":{"subscription":1}}"#, "sequence"
        ),
        (request("device.get"), #"{"jsonrpc":"2.0","result":{}}"#, "no id"),
        (request("device.get"), #"{"jsonrpc":"2.0","id":2,"result":{}}"#, "a reply to nothing"),
        (request("device.get"), #"{"jsonrpc":"2.0","id":"1","result":{}}"#, "a reply to nothing"),
        (#"{"jsonrpc":"2.0","method":"device.get"}"#, device(""), "a reply to nothing"),
        (request("device.get"), #"{"jsonrpc":"1.0","id":1,"result":{}}"#, "jsonrpc is not"),
        (request("device.get"), #"{"jsonrpc":"2.0","id":1,"result":{},"more":1}"#, "members of the reply"),
        (request("device.get"), #"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, "members of the reply"),
        (request("device.get"), #"{"jsonrpc":"2.0","id":1}"#, "members of the reply"),
        (request("device.get"), "[]", "an empty batch"),
        ("[\(request("device.get"))]", #"[{"jsonrpc":"2.0","id":1,"result":{}}]"#, "\"device\" is missing"),
        (request("no.such"), result("{}"), "an unknown method"),
        (#"{"id":1}"#, result("{}"), "an unknown method"),
        // The result.
        (request("device.get"), result("{}"), "result: member \"device\" is missing"),
        (request("device.get"), result(#"{"device":7}"#), "result.device: an integer where"),
        (request("device.get"), device(#","bogus":1"#), "result.device: unknown member \"bogus\""),
        (request("device.get"), device(#","driver":null"#), "result.device.driver: null where"),
        (request("device.get"), device(#","class":"Net""#), "result.device.class: \"Net\" does not match"),
        (request("device.get"), device(#","vendorId":-1"#), "result.device.vendorId: -1 is outside"),
        (request("device.get"), device(#","vendorId":4294967296"#), "result.device.vendorId: 4294967296 is outside"),
        (request("device.get"), device(#","vendorId":0.5"#), "result.device.vendorId: a number where"),
        (
            request("device.get"), result(#"{"device":{"name":"net0","runState":"lost","access":"none"}}"#),
            "\"lost\" is not one of"
        ),
        (
            request("device.get"),
            result(#"{"device":{"name":"\#(String(repeating: "n", count: 65))","runState":"idle","access":"none"}}"#),
            "longer than 64"
        ),
        (request("device.list"), result(#"{"devices":[{}]}"#), "result.devices[0]: member \"name\" is missing"),
        (
            request("device.status"), result(#"{\#(status),"status":"0xf","driverStatus":null}"#),
            "result.status: \"0xf\" is none of 2 alternatives"
        ),
        (
            request("system.health"), result(#"{"healthy":1,"problems":[],"workerCount":0,"deviceCount":0}"#),
            "result.healthy: an integer where"
        ),
        // The error.
        (request("device.get"), error(1002, "deviceNotFound"), "do not belong together"),
        (request("device.get"), error(1001, "deviceLost"), "do not belong together"),
        (
            request("device.get"), #"{"jsonrpc":"2.0","id":1,"error":{"code":1001,"message":"no"}}"#,
            "members of the reply"
        ),
        (request("device.get"), error(1001, "deviceNotFound", message: ""), "the message is empty"),
        (request("device.get"), error(1001, "deviceNotFound", #","hint":7"#), "error.data.hint: an integer where"),
        (request("device.get"), error(1001, "deviceNotFound", #","why":7"#), "error.data: unknown member \"why\""),
        (
            request("device.get"),
            #"{"jsonrpc":"2.0","id":1,"error":{"code":1001,"message":"no","data":{"name":"deviceNotFound","message":""}}}"#,
            "\"retryable\" is missing"
        ),
        (request("device.get"), error(1017, "irreversible"), "irreversible is not declared"),
        (request("device.get"), error(-32_600, "invalidRequest"), "invalidRequest is not declared"),
        (request("device.get"), error(-32_601, "methodNotFound"), "methodNotFound is not declared"),
        (request("no.such"), error(-32_602, "invalidParams"), "invalidParams is not declared"),
        (#"{"id":1}"#, error(1001, "deviceNotFound"), "deviceNotFound is not declared"),
    ]

    @Test(arguments: invalid) func whatTheContractDoesNotHaveIsAViolation(
        request: String, reply: String, violation: String
    ) throws {
        let violations = try Self.violations(in: reply, to: request)
        #expect(violations.contains { $0.contains(violation) }, "\(violations)")
    }

    @Test func aRequestHasOneReply() throws {
        var conversation = Conversation(try Contract.published.get())
        conversation.send("\(Self.request("device.get"))\n".utf8)
        let reply = try JSONParser.parse(Array(Self.device("").utf8).span)
        #expect(conversation.violations(in: reply) == [])
        #expect(conversation.violations(in: reply) == ["a reply to nothing"])
    }

    @Test(arguments: [
        #"{"type":"string","minLength":1}"#, #"{"type":"integer","multipleOf":2}"#, #"{"type":"array","minItems":1}"#,
        #"{"type":"object","properties":{},"patternProperties":{}}"#, #"{"oneOf":[]}"#, #"{"type":"text"}"#,
        ##"{"allOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}"##, #"{"$ref":"A"}"#,
    ])
    func aRuleThatIsNotCheckedIsNotAccepted(schema: String) throws {
        let text = #"{"components":{"schemas":{"A":\#(schema)},"errors":{}},"methods":[]}"#
        let document = try JSONParser.parse(Array(text.utf8).span)
        #expect(throws: HarnessError.self) { try Contract(document: document) }
    }

    @Test func theDaemonSaysWhatIsPublished() async throws {
        try await withDaemon { _, client in
            let isPublished = try client.call("rpc.discover") == client.contract.document
            #expect(isPublished, "api/openrpc.json is stale: run make api")
        }
    }
}
