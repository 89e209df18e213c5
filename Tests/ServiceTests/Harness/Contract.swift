import JSON
import LinuxIO
import Testing

/// The contract as a client learns it: from `rpc.discover`.
struct Contract: Sendable {
    /// One method.
    struct Method: Sendable {
        let result: JSONSchema
        let errorNames: Set<String>
        let requiredParams: Set<String>
        let params: [String: JSONSchema]
    }

    let document: JSONValue
    let methods: [String: Method]
    let definitions: [String: JSONSchema]
    /// The number of each error by its name.
    let errorCodes: [String: Int]

    private static let shared = Lock<Contract?>(nil)

    /// The contract of the daemon under test; asked once, since all daemons are the same program.
    static func of(_ connection: LineConnection) throws -> Contract {
        if let known = shared.withLock({ $0 }) { return known }
        try connection.send(["jsonrpc": "2.0", "id": "contract", "method": "rpc.discover"])
        guard let document = try connection.receive()?["result"] else { throw HarnessError("no rpc.discover") }
        let contract = try Contract(document: document)
        shared.withLock { $0 = contract }
        return contract
    }

    init(document: JSONValue) throws {
        self.document = document
        var definitions: [String: JSONSchema] = [:]
        guard case .object(let schemas)? = document["components"]?["schemas"],
            case .object(let errors)? = document["components"]?["errors"]
        else { throw HarnessError("rpc.discover has no components") }
        for schema in schemas { definitions[schema.name] = try JSONSchema(document: schema.value) }
        var codes: [String: Int] = [:]
        for error in errors { codes[error.name] = error.value["code"]?.number }
        var methods: [String: Method] = [:]
        for method in document["methods"]?.elements ?? [] {
            guard let name = method["name"]?.text, let result = method["result"]?["schema"] else {
                throw HarnessError("rpc.discover has a method without name or result")
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
        errorCodes = codes
    }

    /// Records an issue for everything in a reply that the contract does not have.
    func check(_ reply: JSONValue, to method: String?, _ sourceLocation: SourceLocation) {
        for violation in violations(in: reply, to: method) {
            Issue.record(
                "the reply to \(method ?? "no method") is not as rpc.discover says: \(violation)\n\(reply)",
                sourceLocation: sourceLocation)
        }
    }

    private func violations(in reply: JSONValue, to method: String?) -> [String] {
        guard reply["jsonrpc"] == "2.0" else { return ["jsonrpc is not \"2.0\""] }
        if let result = reply["result"] {
            guard Set(reply.memberNames) == ["jsonrpc", "id", "result"] else { return ["members of the reply"] }
            guard let declared = method.flatMap({ methods[$0] }) else { return ["the result of an unknown method"] }
            return violations(of: declared.result, in: result, root: "result")
        }
        guard let error = reply["error"], Set(reply.memberNames) == ["jsonrpc", "id", "error"],
            Set(error.memberNames) == ["code", "message", "data"], let data = error["data"]
        else { return ["members of the reply"] }
        guard let name = data["name"]?.text, let code = errorCodes[name], code == error["code"]?.number else {
            return ["name and code of the error do not belong together"]
        }
        var found = violations(of: JSONSchema(document: "ErrorData"), in: data, root: "error.data")
        if error["message"]?.text?.isEmpty ?? true { found.append("the message is empty") }
        let isDeclared: Bool =
            if let declared = method.flatMap({ methods[$0] }) {
                declared.errorNames.contains(name)
            } else {
                ["parseError", "invalidRequest", "methodNotFound", "limitExceeded"].contains(name)
            }
        if !isDeclared { found.append("the error \(name) is not declared") }
        return found
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
    fileprivate init(document name: String) {
        self.init(.reference(Reference(name: name) { JSONSchema(.any) }))
    }

    /// Reads a schema as rpc.discover has it; throws for what it should not have.
    fileprivate init(document: JSONValue) throws {
        if let target = document["$ref"]?.text ?? document["allOf"]?[0]?["$ref"]?.text {
            let prefix = "#/components/schemas/"
            guard target.hasPrefix(prefix) else { throw HarnessError("the reference \(target) leads nowhere") }
            self.init(document: String(target.dropFirst(prefix.count)))
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
        case "array": self.init(.array(of: try JSONSchema(document: document["items"] ?? [:])))
        case "object": try self.init(object: document)
        case let type?: throw HarnessError("unknown type \(type) in a schema")
        }
    }

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
