import JSON
import Testing

/// A sentence of the JSON-RPC 2.0 specification, and lines by which a server shows that it keeps to it.
struct SpecificationRule: Sendable, CustomTestStringConvertible {
    /// The section and what it says.
    let rule: String
    /// What the client sends, without line feeds.
    let lines: [String]
    /// What it is answered, error data left out, in this order.
    let answers: [String]

    var testDescription: String { rule }

    init(_ rule: String, _ exchanges: [(line: String, answer: String?)]) {
        self.rule = rule
        lines = exchanges.map(\.line)
        answers = exchanges.compactMap(\.answer)
    }
}

private let parseError = #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#

private func result(_ id: String, _ result: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#
}

private func invalidRequest(_ id: String = "null") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32600,"message":"Invalid Request"}}"#
}

private func methodNotFound(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32601,"message":"Method not found"}}"#
}

private func invalidParams(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32602,"message":"Invalid params"}}"#
}

/// A request for `echo`, which answers its params, with these further members.
private func echo(_ members: String) -> String {
    #"{"jsonrpc":"2.0","method":"echo",\#(members)}"#
}

extension SpecificationRule {
    static let all = requests + ids + notifications + parameters + responses + errors + batches

    private static let requests: [SpecificationRule] = [
        SpecificationRule(
            "4: jsonrpc MUST be exactly \"2.0\"",
            [
                (#"{"method":"echo","id":1}"#, invalidRequest("1")),
                (#"{"jsonrpc":"1.0","method":"echo","id":2}"#, invalidRequest("2")),
                (#"{"jsonrpc":"2","method":"echo","id":3}"#, invalidRequest("3")),
                (#"{"jsonrpc":"2.0 ","method":"echo","id":4}"#, invalidRequest("4")),
                (#"{"jsonrpc":2.0,"method":"echo","id":5}"#, invalidRequest("5")),
                (#"{"jsonrpc":2,"method":"echo","id":6}"#, invalidRequest("6")),
                (#"{"jsonrpc":null,"method":"echo","id":7}"#, invalidRequest("7")),
                (#"{"JSONRPC":"2.0","method":"echo","id":8}"#, invalidRequest("8")),
                (#"{"jsonrpc":"\u0032.0","method":"echo","params":[],"id":9}"#, result("9", "[]")),
            ]),
        SpecificationRule(
            "4: method is a String",
            [
                (#"{"jsonrpc":"2.0","id":1}"#, invalidRequest("1")),
                (#"{"jsonrpc":"2.0","method":1,"id":2}"#, invalidRequest("2")),
                (#"{"jsonrpc":"2.0","method":null,"id":3}"#, invalidRequest("3")),
                (#"{"jsonrpc":"2.0","method":["echo"],"id":4}"#, invalidRequest("4")),
                (#"{"jsonrpc":"2.0","method":"","id":5}"#, methodNotFound("5")),
                (#"{"jsonrpc":"2.0","method":"Echo","id":6}"#, methodNotFound("6")),
                (#"{"jsonrpc":"2.0","method":"echo ","id":7}"#, methodNotFound("7")),
            ]),
        SpecificationRule(
            "4: names that begin with rpc. MUST NOT be used for anything else",
            [(#"{"jsonrpc":"2.0","method":"rpc.echo","id":1}"#, methodNotFound("1"))]),
        SpecificationRule(
            "1: the member names are case-sensitive",
            [
                (#"{"jsonrpc":"2.0","Method":"echo","id":1}"#, invalidRequest("1")),
                // Without an id it is a notification.
                (#"{"jsonrpc":"2.0","method":"echo","ID":2}"#, nil),
                (#"{"jsonrpc":"2.0","method":"echo","Params":3,"id":3}"#, result("3", "null")),
            ]),
        SpecificationRule(
            "4: the order of the members means nothing",
            [
                (#"{"id":1,"params":[1],"method":"echo","jsonrpc":"2.0"}"#, result("1", "[1]")),
                (#"{"params":3,"id":2,"method":"echo","jsonrpc":"2.0"}"#, invalidRequest("2")),
            ]),
        SpecificationRule(
            "4: what is no object is no request",
            [
                ("1", invalidRequest()), ("null", invalidRequest()), ("true", invalidRequest()),
                (#""echo""#, invalidRequest()),
                ("{}", invalidRequest()),
            ]),
    ]

    private static let ids: [SpecificationRule] = [
        SpecificationRule(
            "4: the id MUST contain a String, Number or NULL; the server MUST reply with the same value",
            [
                (echo(#""id":0"#), result("0", "null")),
                (echo(#""id":-1"#), result("-1", "null")),
                (echo(#""id":9007199254740991"#), result("9007199254740991", "null")),
                (echo(#""id":-9007199254740991"#), result("-9007199254740991", "null")),
                (echo(#""id":"""#), result(#""""#, "null")),
                (echo(#""id":"1""#), result(#""1""#, "null")),
                (echo(#""id":"é\u0000\ud834\udd1e\n""#), result(#""é\u0000𝄞\n""#, "null")),
                (echo(#""id":"e\u0301""#), result("\"e\u{301}\"", "null")),
                (echo(#""id":null"#), result("null", "null")),
            ]),
        SpecificationRule(
            "4: any other id is refused, and as it was not detected, the reply's id MUST be Null",
            [
                (echo(#""id":true"#), invalidRequest()), (echo(#""id":[1]"#), invalidRequest()),
                (echo(#""id":{"a":1}"#), invalidRequest()), (echo(#""id":{}"#), invalidRequest()),
            ]),
        SpecificationRule(
            "4: Numbers SHOULD NOT contain fractional parts; this server takes integers of 53 bits only",
            [
                (echo(#""id":1.5"#), invalidRequest()), (echo(#""id":1.0"#), invalidRequest()),
                (echo(#""id":1e2"#), invalidRequest()), (echo(#""id":9007199254740992"#), invalidRequest()),
                (echo(#""id":-9007199254740992"#), invalidRequest()),
                (echo(#""id":18446744073709551615"#), invalidRequest()),
                (echo(#""id":18446744073709551616"#), parseError),
            ]),
        SpecificationRule(
            "4: two requests may have the same id",
            [(echo(#""params":[1],"id":7"#), result("7", "[1]")), (echo(#""params":[2],"id":7"#), result("7", "[2]"))]),
    ]

    private static let notifications: [SpecificationRule] = [
        SpecificationRule(
            "4.1: the Server MUST NOT reply to a Notification",
            [
                (#"{"jsonrpc":"2.0","method":"update","params":[1]}"#, nil),
                (#"{"jsonrpc":"2.0","method":"echo"}"#, nil),
                (#"{"jsonrpc":"2.0","method":"fail"}"#, nil),
                (#"{"jsonrpc":"2.0","method":"nowhere"}"#, nil),
                (#"{"jsonrpc":"2.0","method":"rpc.nowhere"}"#, nil),
                (#"{"jsonrpc":"2.0","method":"sum","params":{}}"#, nil),
            ]),
        SpecificationRule(
            "4.1: what is no valid request is no Notification either",
            [
                (#"{"jsonrpc":"2.0","method":1}"#, invalidRequest()), (#"{"jsonrpc":"2.0"}"#, invalidRequest()),
                (#"{"method":"echo"}"#, invalidRequest()),
                (#"{"jsonrpc":"2.0","method":"echo","params":1}"#, invalidRequest()),
            ]),
        SpecificationRule(
            "4.1: an id that is Null is an id",
            [(#"{"jsonrpc":"2.0","method":"nowhere","id":null}"#, methodNotFound("null"))]),
    ]

    private static let parameters: [SpecificationRule] = [
        SpecificationRule(
            "4.2: params MUST be a Structured value, and may be omitted",
            [
                (echo(#""id":1"#), result("1", "null")), (echo(#""params":{},"id":2"#), result("2", "{}")),
                (echo(#""params":[],"id":3"#), result("3", "[]")),
                (echo(#""params":null,"id":4"#), invalidRequest("4")),
                (echo(#""params":1,"id":5"#), invalidRequest("5")),
                (echo(#""params":"x","id":6"#), invalidRequest("6")),
                (echo(#""params":true,"id":7"#), invalidRequest("7")),
            ]),
        SpecificationRule(
            "4.2: by-position params MUST be in the order the Server expects",
            [
                (#"{"jsonrpc":"2.0","method":"subtract","params":[5,3],"id":1}"#, result("1", "2")),
                (#"{"jsonrpc":"2.0","method":"subtract","params":[3,5],"id":2}"#, result("2", "-2")),
            ]),
        SpecificationRule(
            "4.2: by-name params MUST match exactly, including case",
            [
                (
                    #"{"jsonrpc":"2.0","method":"subtract","params":{"Minuend":5,"subtrahend":3},"id":1}"#,
                    invalidParams("1")
                ),
                (
                    #"{"jsonrpc":"2.0","method":"subtract","params":{"subtrahend":3,"minuend":5},"id":2}"#,
                    result("2", "2")
                ),
            ]),
    ]

    private static let responses: [SpecificationRule] = [
        SpecificationRule(
            "5: the Server MUST reply to every request; result and error MUST NOT be there together",
            [
                (echo(#""id":1"#), result("1", "null")),
                (
                    #"{"jsonrpc":"2.0","method":"fail","id":2}"#,
                    #"{"jsonrpc":"2.0","id":2,"error":{"code":1001,"message":"no"}}"#
                ),
                (#"{"jsonrpc":"2.0","method":"get_data","id":3}"#, result("3", #"["hello",5]"#)),
                (#"{"jsonrpc":"2.0","method":"encoded","id":4}"#, result("4", #"{"a":1}"#)),
            ]),
        SpecificationRule(
            "5: the id MUST be that of the request, also in errors",
            [
                (#"{"jsonrpc":"2.0","method":"nowhere","id":"x"}"#, methodNotFound(#""x""#)),
                (#"{"jsonrpc":"2.0","method":"sum","params":{},"id":"y"}"#, invalidParams(#""y""#)),
            ]),
        SpecificationRule(
            "5: a Response is no request",
            [
                (#"{"jsonrpc":"2.0","result":1,"id":1}"#, invalidRequest("1")),
                (#"{"jsonrpc":"2.0","error":{"code":1,"message":""},"id":null}"#, invalidRequest()),
            ]),
    ]

    private static let errors: [SpecificationRule] = [
        SpecificationRule(
            "5: the id MUST be Null when the request could not be read; 5.1: -32700",
            [
                (#"{"jsonrpc":"2.0","method":"echo","id":1"#, parseError),
                (#"{"jsonrpc":"2.0","method":"echo","id":1}}"#, parseError),
                (#"{"jsonrpc":"2.0","method":"echo","id":1,}"#, parseError),
                (#"{"jsonrpc":"2.0","method":"echo","id":1,"id":1}"#, parseError),
                (#"{"jsonrpc":"2.0","method":"echo","id":01}"#, parseError),
                (#"{'jsonrpc':"2.0","method":"echo","id":1}"#, parseError),
                (#"{"jsonrpc":"2.0","method":"echo","params":["\ud800"],"id":1}"#, parseError),
                ("", parseError), (" ", parseError), ("nonsense", parseError), ("\u{feff}{}", parseError),
                (echo(#""id":2"#), result("2", "null")),
            ])
    ]

    private static let batches: [SpecificationRule] = [
        SpecificationRule(
            "6: one Response for each Request, none for Notifications",
            [
                ("[\(echo(#""id":1"#))]", "[\(result("1", "null"))]"),
                (
                    "[\(echo(#""id":1"#)),\(echo(#""params":[]"#)),\(echo(#""id":"2""#))]",
                    "[\(result("1", "null")),\(result(#""2""#, "null"))]"
                ),
                (
                    #"[{"jsonrpc":"2.0","method":"nowhere"},{"jsonrpc":"2.0","method":"nowhere","id":3}]"#,
                    "[\(methodNotFound("3"))]"
                ),
            ]),
        SpecificationRule(
            "6: the Server MUST NOT return an empty Array",
            [
                (#"[{"jsonrpc":"2.0","method":"echo"}]"#, nil),
                (#"[{"jsonrpc":"2.0","method":"echo"},{"jsonrpc":"2.0","method":"nowhere"}]"#, nil),
            ]),
        SpecificationRule(
            "6: a batch that is no JSON or has no value MUST be answered by a single Response",
            [
                ("[]", invalidRequest()), ("[ ]", invalidRequest()), ("[", parseError), ("[1,]", parseError),
                ("[\(echo(#""id":1"#))", parseError), ("[\(echo(#""id":1"#)),{]", parseError),
            ]),
        SpecificationRule(
            "6: a value of a batch that is no request is answered in its place",
            [
                ("[1]", "[\(invalidRequest())]"),
                ("[null,\(echo(#""id":1"#)),[]]", "[\(invalidRequest()),\(result("1", "null")),\(invalidRequest())]"),
                // A batch within a batch is no request.
                ("[[\(echo(#""id":1"#))]]", "[\(invalidRequest())]"),
                ("[\(echo(#""id":1.5"#))]", "[\(invalidRequest())]"),
                ("[\(echo(#""id":[]"#)),\(echo(#""id":null"#))]", "[\(invalidRequest()),\(result("null", "null"))]"),
            ]),
        SpecificationRule(
            "6: requests of a batch may have the same id, and ids of every kind",
            [
                (
                    "[\(echo(#""params":[1],"id":1"#)),\(echo(#""params":[2],"id":1"#)),\(echo(#""params":[3],"id":"1""#))]",
                    "[\(result("1", "[1]")),\(result("1", "[2]")),\(result(#""1""#, "[3]"))]"
                )
            ]),
    ]
}
