import JSON
import Testing

private enum Color: String, JSONStringEnum {
    case red, blue

    var summary: StaticString? {
        self == .red ? "Like a rose." : nil
    }
}

private struct Queue: JSONObjectReadable, JSONWritable, Equatable {
    static let schemaSummary: StaticString = "A queue."
    var index: UInt16
    var size: UInt32?

    init(index: UInt16, size: UInt32?) {
        self.index = index
        self.size = size
    }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.required("index", "Counted from 0.")
        size = try members.optional("size", in: 1...32768, "Descriptors.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writer.member("size", ifPresent: size)
        writer.endObject()
    }
}

private struct Params: JSONObjectReadable, JSONWritable, Equatable {
    static let schemaName = "Params"
    static let schemaSummary: StaticString = "Everything once."
    var deadline: Int
    var name: String
    var color: Color
    var queues: [Queue]
    var main: Queue?
    var scale: Double
    var labels: [String: Bool]
    var extra: JSONValue?
    var mask: UInt64

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        deadline = try members.optional("deadlineMs", in: 1...3_600_000, default: 30_000, "Time limit in milliseconds.")
        name = try members.required("name", maximumLength: 8, "The name.")
        color = try members.optional("color", default: .blue, "Its colour.")
        queues = try members.required("queues", "All queues.")
        main = try members.optional("main", "The main one.")
        scale = try members.optional("scale", default: 1.5, "A factor.")
        labels = try members.optional("labels", default: [:], "Flags.")
        extra = try members.optional("extra", "Anything.")
        mask = try members.optional("mask", default: 0, "Bits.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("deadlineMs", deadline)
        writer.member("name", name)
        writer.member("color", color)
        writer.member("queues", queues)
        writer.member("main", ifPresent: main)
        writer.member("scale", scale)
        writer.member("labels", labels)
        writer.member("extra", ifPresent: extra)
        writer.member("mask", mask)
        writer.endObject()
    }
}

@Suite struct ReadingTests {
    private static let full = #"""
        {"mask":18446744073709551615,"deadlineMs":5,"name":"abc","color":"red","queues":[{"index":0},{"size":256,
        "index":65535}],"main":{"index":7},"scale":2,"labels":{"x":true},"extra":[null]}
        """#

    @Test func readsEveryMember() throws {
        let params = try Params(try parse(Self.full), at: JSONPath("params"))
        #expect(params.mask == .max)
        #expect(params.deadline == 5)
        #expect(params.color == .red)
        #expect(params.queues == [Queue(index: 0, size: nil), Queue(index: 65535, size: 256)])
        #expect(params.main?.index == 7)
        #expect(params.scale == 2)
        #expect(params.labels == ["x": true])
        #expect(params.extra == [nil])
        #expect(try Params(JSONValue(reparsing: params), at: JSONPath("params")) == params)
    }

    @Test func takesDefaults() throws {
        let params = try Params(["name": "", "queues": []], at: JSONPath("params"))
        #expect(params.deadline == 30_000)
        #expect(params.color == .blue)
        #expect(params.scale == 1.5)
        #expect(params.extra == nil)
    }

    @Test(arguments: [
        ("[]", "params: expected an object, found an array"),
        (#"{"queues":[]}"#, #"params: member "name" is missing"#),
        (#"{"name":1,"queues":[]}"#, "params.name: expected a string, found 1"),
        (#"{"name":null,"queues":[]}"#, "params.name: expected a string, found null"),
        (#"{"name":"123456789","queues":[]}"#, "params.name: 9 bytes are longer than the limit of 8"),
        (#"{"name":"","queues":[],"deadlineMs":0}"#, "params.deadlineMs: 0 is out of range 1...3600000"),
        (#"{"name":"","queues":[],"deadlineMs":3600001}"#, "params.deadlineMs: 3600001 is out of range 1...3600000"),
        (#"{"name":"","queues":[],"deadlineMs":1.5}"#, "params.deadlineMs: expected an integer, found 1.5"),
        (#"{"name":"","queues":[],"deadlineMs":"5"}"#, #"params.deadlineMs: expected an integer, found "5""#),
        (#"{"name":"","queues":[],"mask":-1}"#, "params.mask: -1 is out of range 0...18446744073709551615"),
        (#"{"name":"","queues":[],"color":"green"}"#, #"params.color: "green" is not one of red, blue"#),
        (
            #"{"name":"","queues":[{"index":1},{"index":65536}]}"#,
            "params.queues[1].index: 65536 is out of range 0...65535"
        ),
        (#"{"name":"","queues":[{"index":1,"sise":1}]}"#, #"params.queues[0]: unknown member "sise""#),
        (#"{"name":"","queues":[],"labels":{"a b":1}}"#, #"params.labels["a b"]: expected a boolean, found 1"#),
        (#"{"name":"","queues":[],"main":{"index":0,"size":0}}"#, "params.main.size: 0 is out of range 1...32768"),
        (#"{"name":"","queue":[],"queues":[]}"#, #"params: unknown member "queue""#),
    ])
    func namesWhatIsWrong(text: String, description: String) throws {
        let value = try parse(text)
        let error = #expect(throws: JSONReadError.self) { try Params(value, at: JSONPath("params")) }
        #expect(error?.description == description)
    }

    @Test func lenientReadingIgnoresUnknownMembersAtEveryLevel() throws {
        let value = try parse(#"{"name":"","new":1,"queues":[{"new":2,"index":3}]}"#)
        let params = try Params(value, at: JSONPath("result", mode: .lenient))
        #expect(params.queues.first?.index == 3)
    }

    @Test func unknownMembersAreFoundBehindTheFirst64() throws {
        let value = JSONValue.object((0..<70).map { JSONMember(name: "m\($0)", value: 0) })
        var reader = try JSONObjectReader(value, at: JSONPath("params"))
        let _: Int = try reader.required("m0", "")
        let _: Int = try reader.required("m69", "")
        let error = #expect(throws: JSONReadError.self) { try reader.finish() }
        #expect(error?.message == #"unknown member "m1""#)
    }

    @Test func integersWrittenAsDoublesAreIntegers() throws {
        #expect(try Int(JSONValue.double(2), at: JSONPath("x")) == 2)
        #expect(throws: JSONReadError.self) { try Int(JSONValue.double(0x1p60), at: JSONPath("x")) }
        #expect(throws: JSONReadError.self) { try UInt8(JSONValue.double(-1), at: JSONPath("x")) }
    }

    @Test func longValuesAreShortenedInErrors() {
        let value = JSONValue.string(String(repeating: "x", count: 5000))
        let error = #expect(throws: JSONReadError.self) { try Color(value, at: JSONPath("params")) }
        #expect((error?.description.utf8.count ?? 5000) < 120)
    }

    // MARK: Schema

    @Test func theSchemaComesFromTheSameDeclaration() throws {
        let expected = #"""
            {"type":"object","properties":{
            "deadlineMs":{"type":"integer","minimum":1,"maximum":3600000,"description":"Time limit in milliseconds.","default":30000},
            "name":{"type":"string","maxLength":8,"description":"The name."},
            "color":{"allOf":[{"$ref":"#/components/schemas/Color"}],"description":"Its colour.","default":"blue"},
            "queues":{"type":"array","items":{"$ref":"#/components/schemas/Queue"},"description":"All queues."},
            "main":{"allOf":[{"$ref":"#/components/schemas/Queue"}],"description":"The main one."},
            "scale":{"type":"number","description":"A factor.","default":1.5},
            "labels":{"type":"object","additionalProperties":{"type":"boolean"},"description":"Flags.","default":{}},
            "extra":{"description":"Anything."},
            "mask":{"type":"integer","minimum":0,"maximum":18446744073709551615,"description":"Bits.","default":0}},
            "required":["name","queues"],"additionalProperties":false,"description":"Everything once."}
            """#
        #expect(Params.definition.jsonText() == (try parse(expected)).jsonText())
    }

    @Test func definitionsContainEverythingReachable() {
        var definitions = JSONSchemaDefinitions()
        definitions.add(Params.self)
        definitions.add([Params].self)
        #expect(definitions.definitions.keys.sorted() == ["Color", "Params", "Queue"])
    }

    @Test func whatIsWrittenIsValidUnderItsOwnSchema() throws {
        var definitions = JSONSchemaDefinitions()
        definitions.add(Params.self)
        let params = try Params(try parse(Self.full), at: JSONPath("params"))
        let value = JSONValue(reparsing: params)
        #expect(Params.schema.validate(value, definitions: definitions.definitions) == [])
        let placeholder = JSONValue(reparsing: Params.placeholder)
        #expect(Params.schema.validate(placeholder, definitions: definitions.definitions) == [])
    }

    @Test(arguments: [
        ("[]", "value"),
        (#"{"queues":[]}"#, "value"),
        (#"{"name":"","queues":[],"deadlineMs":0}"#, "value.deadlineMs"),
        (#"{"name":"","queues":[{"index":65536}]}"#, "value.queues[0].index"),
        (#"{"name":"","queues":[],"color":"green"}"#, "value.color"),
        (#"{"name":"","queues":[],"x":1}"#, "value"),
        (#"{"name":"123456789","queues":[]}"#, "value.name"),
    ])
    func theSchemaRefusesWhatTheReaderRefuses(text: String, path: String) throws {
        var definitions = JSONSchemaDefinitions()
        definitions.add(Params.self)
        let value = try parse(text)
        let violations = Params.schema.validate(value, definitions: definitions.definitions)
        #expect(violations.map(\.path) == [path])
        #expect(throws: JSONReadError.self) { try Params(value, at: JSONPath("params")) }
    }

    @Test(arguments: [(2, nil), (3, "value.names: 3 elements are more than the limit of 2")])
    func limitsLists(count: Int, expected: String?) throws {
        let names = JSONValue.array((0..<count).map { .string("\($0)") })
        var reader = try JSONObjectReader(["names": names], at: JSONPath("value"))
        var error: JSONReadError?
        do throws(JSONReadError) {
            let read: [String] = try reader.required("names", maximumCount: 2, "Names.")
            #expect(read.count == count)
        } catch let caught {
            error = caught
        }
        #expect(error.map { "\($0)" } == expected)
        var recorder = JSONSchemaRecorder()
        let _: [String]? = try recorder.optional("names", maximumCount: 2, "Names.")
        let schema = recorder.properties[0].schema
        #expect(schema.jsonText() == #"{"type":"array","maxItems":2,"items":{"type":"string"}}"#)
        #expect(schema.validate(names, definitions: [:]).isEmpty == (expected == nil))
    }
}
