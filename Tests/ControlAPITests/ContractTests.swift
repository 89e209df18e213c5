import JSON
import Testing

@testable import ControlAPI

@Suite struct ContractTests {
    @Test("A name is used once and is object.verb")
    func names() {
        let names = ControlMethods.all.map { $0.name }
        #expect(Set(names).count == names.count)
        for name in names {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            #expect(parts.count == 2 && parts.allSatisfy { !$0.isEmpty }, "\(name)")
        }
    }

    @Test("What a type writes is valid under the schema that it declares, and is read again as the same value")
    func schemas() throws {
        func check<Value: JSONReadable & JSONWritable & Equatable>(_ type: Value.Type) throws {
            let value = Value.placeholder
            let json = try JSONParser.parse(value.jsonBytes().span)
            var definitions = JSONSchemaDefinitions()
            definitions.add(Value.self)
            #expect(Value.schema.validate(json, definitions: definitions.definitions).isEmpty, "\(type)")
            #expect(try Value(json, at: JSONPath("value")) == value, "\(type)")
        }
        func checkMethod<Method: ControlMethod>(_: Method.Type) throws
        where Method.Params: Equatable, Method.Result: Equatable {
            try check(Method.Params.self)
            try check(Method.Result.self)
        }
        try checkMethod(SystemInfoMethod.self)
        try checkMethod(SystemHealthMethod.self)
        try checkMethod(SystemDescribeMethod.self)
        try checkMethod(RPCDiscoverMethod.self)
        try checkMethod(MetricsGetMethod.self)
        try checkMethod(MgmtdevListMethod.self)
        try checkMethod(MgmtdevGetMethod.self)
        try checkMethod(DeviceListMethod.self)
        try checkMethod(DeviceGetMethod.self)
        try checkMethod(DeviceStatusMethod.self)
        try checkMethod(DeviceConfigMethod.self)
        try checkMethod(DeviceHoldersMethod.self)
        try checkMethod(DeviceOpenMethod.self)
        try checkMethod(DeviceCloseMethod.self)
        try checkMethod(DeviceSetStatusMethod.self)
        try checkMethod(DeviceSuspendMethod.self)
        try checkMethod(DeviceResumeMethod.self)
        try checkMethod(DeviceHandBackMethod.self)
        try checkMethod(DeviceResetMethod.self)
        try checkMethod(GroupSuspendMethod.self)
        try checkMethod(GroupResumeMethod.self)
        try checkMethod(StateExportMethod.self)
        try checkMethod(StateCheckMethod.self)
        try check(ControlError.self)
    }

    @Test(
        "Unknown, missing and wrong members are refused by name",
        arguments: [
            (#"{}"#, "params: member \"device\" is missing"),
            (#"{"device":"net0","deadline":1}"#, "params: unknown member \"deadline\""),
            (#"{"device":7}"#, "params.device: expected a string, found 7"),
            (#"{"device":"net0","deadlineMs":0}"#, "params.deadlineMs: 0 is out of range 1...3600000"),
            (#"{"device":"net0","deadlineMs":3600001}"#, "params.deadlineMs: 3600001 is out of range 1...3600000"),
            (#"{"device":"net0","holder":{}}"#, "params.holder: member \"pid\" is missing"),
            (
                #"{"device":"net0","mechanism":"brake"}"#,
                "params.mechanism: \"brake\" is not one of ioctl, statusBitSuspend, statusBitStop, reset"
            ),
            (#"[]"#, "params: expected an object, found an array"),
        ])
    func refusals(text: String, message: String) throws {
        let json = try JSONParser.parse(Array(text.utf8).span)
        let error = #expect(throws: JSONReadError.self) {
            try DeviceSuspendMethod.Params(json, at: JSONPath("params"))
        }
        #expect(error?.description == message)
    }

    @Test("The codes are those of the contract")
    func codes() {
        let names = [
            1001: "deviceNotFound", 1002: "deviceBusy", 1003: "notRunning", 1004: "notSupported", 1005: "notOwner",
            1006: "deadlineExceeded", 1007: "operationInProgress", 1008: "permissionDenied",
            1009: "stateIncompatible", 1010: "stateIncomplete", 1011: "deviceFailed", 1012: "alreadyExists",
            1013: "kernelError", 1014: "hostBlocked", 1015: "limitExceeded", 1016: "cancelled", 1017: "irreversible",
            1018: "idempotencyMismatch", 1019: "deviceGone", 1020: "managementDeviceNotFound", 1021: "invalidState",
            1022: "verificationFailed", -32700: "parseError", -32600: "invalidRequest", -32601: "methodNotFound",
            -32602: "invalidParams", -32603: "internalError",
        ]
        #expect(Dictionary(uniqueKeysWithValues: ErrorCode.allCases.map { ($0.rawValue, $0.name) }) == names)
        #expect(ErrorCode.allCases.allSatisfy { $0.exitStatus > 0 })
    }

    @Test("The OpenRPC document lists every method, and each of its references leads somewhere")
    func openRPC() throws {
        let document = try JSONParser.parse(OpenRPCDocument(version: "1").jsonBytes().span)
        guard case .array(let methods)? = document["methods"] else {
            throw JSONReadError(at: JSONPath("methods"), "absent")
        }
        #expect(methods.count == ControlMethods.all.count)
        func references(_ value: JSONValue) -> [String] {
            switch value {
            case .object(let members):
                members.flatMap { member in
                    if member.name == "$ref", case .string(let target) = member.value { return [target] }
                    return references(member.value)
                }
            case .array(let values): values.flatMap(references)
            default: []
            }
        }
        for reference in Set(references(document)) {
            let steps = reference.split(separator: "/").dropFirst()
            let target = steps.reduce(document as JSONValue?) { value, step in value?[String(step)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test("Every type, member and parameter says what it means")
    func descriptions() {
        for definition in SchemaDefinition.all {
            #expect(definition.schema.description?.isEmpty == false, "\(definition.name)")
            check(definition.schema, at: definition.name) { place, schema, summary in
                #expect(summary?.hasSuffix(".") == true, "\(place)")
            }
        }
        for method in ControlMethods.all {
            for property in properties(of: method) {
                #expect(property.summary.hasSuffix("."), "\(method.name) \(property.name)")
            }
        }
    }

    @Test("Every integer has a range of its own: none is any Int64")
    func ranges() {
        for definition in SchemaDefinition.all {
            check(definition.schema, at: definition.name) { place, schema, _ in
                guard case .integer(let range) = schema.kind else { return }
                #expect(range.lowerBound >= 0, "\(place) \(range)")
            }
        }
    }

    @Test("Unknown members of results are ignored, those of parameters refused")
    func unknownMembers() throws {
        let document = try JSONParser.parse(OpenRPCDocument(version: "1").jsonBytes().span)
        let schemas = try #require(document["components"]?["schemas"])
        for (name, isClosed) in [
            ("HolderSelector", true), ("DeviceInitialization", true), ("Device", false), ("NamedMask", false),
            ("ErrorData", false), ("SystemInfoResult", false),
        ] {
            #expect((schemas[name]?["additionalProperties"] == false) == isClosed, "\(name)")
        }
    }

    private func properties<Method: ControlMethod>(of _: Method.Type) -> [JSONSchema.Property] {
        guard case .object(let properties) = Method.parameters.kind else { return [] }
        return properties
    }

    /// Calls `body` for every schema within this one, with the summary of its member.
    private func check(
        _ schema: JSONSchema, at place: String, summary: String? = nil, _ body: (String, JSONSchema, String?) -> Void
    ) {
        switch schema.kind {
        case .object(let properties):
            for property in properties {
                body("\(place).\(property.name)", property.schema, property.summary)
                check(property.schema, at: "\(place).\(property.name)", summary: property.summary, body)
            }
        case .array(let element, _), .map(let element):
            body("\(place)[]", element, summary)
            check(element, at: "\(place)[]", summary: summary, body)
        case .anyOf(let alternatives):
            for alternative in alternatives { check(alternative, at: place, summary: summary, body) }
        default: break
        }
    }
}
