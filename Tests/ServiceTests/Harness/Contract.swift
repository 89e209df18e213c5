import JSON
import LinuxIO

/// The contract as clients are written from it: `api/openrpc.json`, which is what `rpc.discover` answers.
struct Contract: Sendable {
    /// One method.
    struct Method: Sendable {
        let result: JSONSchema
        let errorNames: Set<String>
        let requiredParams: Set<String>
        let params: [String: JSONSchema]
    }

    /// What a reply answers.
    enum Request: Hashable {
        /// A call of this method, which need not exist.
        case call(String)
        /// What is no request.
        case malformed
    }

    let document: JSONValue
    let methods: [String: Method]
    let definitions: [String: JSONSchema]
    /// The parameters of each notification.
    let notifications: [String: JSONSchema]
    /// The number of each error by its name.
    let errorCodes: [String: Int]

    /// The contract; tests run in the package's folder.
    static let published = Result {
        let text = try Files.readText("api/openrpc.json", limit: 1 << 24)
        return try Contract(document: try JSONParser.parse(Array(text.utf8).span))
    }

    init(document: JSONValue) throws {
        self.document = document
        guard case .object(let schemas)? = document["components"]?["schemas"],
            case .object(let errors)? = document["components"]?["errors"]
        else { throw HarnessError("the contract has no components") }
        var definitions: [String: JSONSchema] = [:]
        for schema in schemas { definitions[schema.name] = try JSONSchema(document: schema.value) }
        var codes: [String: Int] = [:]
        for error in errors { codes[error.name] = error.value["code"]?.number }
        var methods: [String: Method] = [:]
        for method in document["methods"]?.elements ?? [] {
            guard let name = method["name"]?.text, let result = method["result"]?["schema"] else {
                throw HarnessError("the contract has a method without name or result")
            }
            let names = (method["errors"]?.elements ?? []).compactMap { error in
                error["$ref"]?.text?.split(separator: "/").last.map(String.init)
            }
            let params = method["params"]?.elements ?? []
            let schemas = try params.map { ($0["name"]?.text ?? "", try JSONSchema(document: $0["schema"] ?? .null)) }
            methods[name] = Method(
                result: try JSONSchema(document: result), errorNames: Set(names),
                requiredParams: Set(params.filter { $0["required"]?.flag == true }.compactMap { $0["name"]?.text }),
                params: Dictionary(uniqueKeysWithValues: schemas))
        }
        self.methods = methods
        self.definitions = definitions
        let announced = try (document["x-notifications"]?.elements ?? []).map { notification in
            (notification["name"]?.text ?? "", try JSONSchema(document: notification["params"] ?? .null))
        }
        notifications = Dictionary(uniqueKeysWithValues: announced)
        errorCodes = codes
    }

    /// Everything in a reply that the contract does not have.
    func violations(in reply: JSONValue, to request: Request) -> [String] {
        guard reply["jsonrpc"] == "2.0" else { return ["jsonrpc is not \"2.0\""] }
        if let result = reply["result"] {
            // One descriptor comes along with these, and none with any other.
            let passed = request == .call("device.acquire") || result["program"] != nil ? 1 : nil
            let members = ["jsonrpc", "id", "result"] + (passed == nil ? [] : ["fds"])
            guard Set(reply.memberNames) == Set(members), reply["fds"]?.number == passed else {
                return ["members of the reply"]
            }
            guard case .call(let name) = request, let declared = methods[name] else {
                return ["the result of an unknown method"]
            }
            return violations(of: declared.result, in: result, root: "result")
        }
        guard let error = reply["error"], Set(reply.memberNames) == ["jsonrpc", "id", "error"],
            Set(error.memberNames) == ["code", "message", "data"], let data = error["data"]
        else { return ["members of the reply"] }
        guard let name = data["name"]?.text, let code = errorCodes[name], code == error["code"]?.number else {
            return ["name and code of the error do not belong together"]
        }
        var found = violations(of: JSONSchema(definition: "ErrorData"), in: data, root: "error.data")
        if error["message"]?.text?.isEmpty ?? true { found.append("the message is empty") }
        if !errorNames(of: request).contains(name) { found.append("the error \(name) is not declared") }
        return found
    }

    /// Everything in a notification that the contract does not have.
    func violations(inNotification line: JSONValue) -> [String] {
        guard line["jsonrpc"] == "2.0", Set(line.memberNames) == ["jsonrpc", "method", "params"],
            let schema = notifications[line["method"]?.text ?? ""], let params = line["params"]
        else { return ["a notification that is not declared"] }
        return violations(of: schema, in: params, root: "params")
    }

    /// The errors that a request may be answered with.
    private func errorNames(of request: Request) -> Set<String> {
        switch request {
        case .call(let name): methods[name]?.errorNames ?? ["methodNotFound", "limitExceeded"]
        case .malformed: ["parseError", "invalidRequest", "limitExceeded"]
        }
    }

    private func violations(of schema: JSONSchema, in value: JSONValue, root: StaticString) -> [String] {
        let violations = schema.validate(value, definitions: definitions, root: root) { pattern, text in
            guard let expression = try? Regex(pattern) else { return false }
            return text.firstMatch(of: expression) != nil
        }
        return violations.map(\.description)
    }
}

extension JSONSchema {
    /// A reference to a definition.
    fileprivate init(definition name: String) {
        self.init(.reference(Reference(name: name) { JSONSchema(.any) }))
    }

    /// Reads a schema as the contract has it; throws for a rule that would not be checked.
    fileprivate init(document: JSONValue) throws {
        try Self.expectKnownRules(document)
        if let target = document["$ref"]?.text ?? document["allOf"]?[0]?["$ref"]?.text {
            let prefix = "#/components/schemas/"
            guard target.hasPrefix(prefix) else { throw HarnessError("the reference \(target) leads nowhere") }
            self.init(definition: String(target.dropFirst(prefix.count)))
            return
        }
        if let alternatives = document["anyOf"] {
            self.init(.anyOf(try alternatives.elements.map { try JSONSchema(document: $0) }))
            return
        }
        switch document["type"]?.text {
        case nil: self.init(.any)
        case "null": self.init(.null)
        case "boolean": self.init(.boolean)
        case "number": self.init(.number)
        case "integer":
            self.init(.integer(Self.bound(document["minimum"], or: .min)...Self.bound(document["maximum"], or: .max)))
        case "string":
            let names = document["enum"]?.elements.compactMap(\.text)
            self.init(
                .string(
                    oneOf: names, pattern: document["pattern"]?.text, maximumLength: document["maxLength"]?.number))
        case "array":
            self.init(
                .array(
                    of: try JSONSchema(document: document["items"] ?? [:]),
                    maximumCount: document["maxItems"].flatMap { try? Int($0, at: JSONPath("maxItems")) }))
        case "object": try self.init(object: document)
        case let type?: throw HarnessError("unknown type \(type) in a schema")
        }
    }

    private static func expectKnownRules(_ document: JSONValue) throws {
        let rules: Set<String> =
            switch document["type"]?.text {
            case "integer": ["minimum", "maximum"]
            case "string": ["enum", "pattern", "maxLength"]
            case "array": ["items", "maxItems"]
            case "object": ["properties", "required", "additionalProperties"]
            case nil: ["$ref", "allOf", "anyOf"]
            default: []
            }
        let unknown = Set(document.memberNames).subtracting(rules).subtracting(["type", "description", "default"])
        guard unknown.isEmpty, (document["allOf"]?.elements.count ?? 1) == 1 else {
            throw HarnessError("the harness does not check \(unknown.sorted()) of \(document)")
        }
    }

    /// Clients ignore unknown members of results, but the daemon has no reason to send what it does not declare.
    private init(object document: JSONValue) throws {
        if let values = document["additionalProperties"], values != false {
            self.init(.map(of: try JSONSchema(document: values)))
            return
        }
        let required = document["required"]?.elements.compactMap(\.text) ?? []
        guard case .object(let members)? = document["properties"] else {
            throw HarnessError("an object without properties in a schema")
        }
        self.init(
            .object(
                try members.map { member in
                    Property(
                        name: member.name, summary: "", schema: try JSONSchema(document: member.value),
                        isRequired: required.contains(member.name))
                }))
    }

    private static func bound(_ value: JSONValue?, or none: Int128) -> Int128 {
        switch value {
        case .integer(let number)?: Int128(number)
        case .unsigned(let number)?: Int128(number)
        default: none
        }
    }
}
