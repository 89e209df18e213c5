import ControlAPI
import JSON

/// The text of `api/methods.md`.
enum MethodReference {
    /// Writes the reference, with examples that the daemon answers.
    static func text(_ daemon: inout ExampleDaemon) throws -> String {
        try daemon.expectDiscovery()
        var text = introduction
        var examples = try Example.all()
        for method in ControlMethods.all {
            text += methodText(method)
            guard method.name != RPCDiscoverMethod.name else {
                text += "The result is what [openrpc.json](openrpc.json) holds.\n\n"
                continue
            }
            guard !examples.isEmpty, examples[0].call.method == method.name else {
                throw ExampleDaemon.Failure(description: "there is no example of \(method.name) in its place")
            }
            let example = examples.removeFirst()
            text += exampleText(example.call, try daemon.run(example))
        }
        text += errorsText
        let refused = try Example.refused()
        text += "An error reply:\n\n" + exampleText(refused.call, try daemon.reply(to: refused))
        text += typesText
        while text.hasSuffix("\n\n") { text.removeLast() }
        return text
    }

    private static var introduction: String {
        var table = MarkdownTable("method", "role", "what it does")
        for method in ControlMethods.all {
            table.add("[`\(method.name)`](#\(anchor(method.name)))", method.role.rawValue, "\(method.summary)")
        }
        var notifications = MarkdownTable("notification", "params", "what it tells")
        for notification in ControlNotifications.all {
            notifications.add("`\(notification.name)`", paramsText(notification), "\(notification.summary)")
        }
        return """
            # Methods

            `make api` writes this page from the declarations in `Sources/ControlAPI`, and runs its examples at
            `vdpad --simulate`; what differs from run to run, such as times, has a fixed value here. On the socket a request
            and a reply are one line each. [README.md](README.md) has the rules of the contract,
            [openrpc.json](openrpc.json) says the same as this page to programs.


            """ + table.text + notifications.text
    }

    private static func paramsText<Notification: ControlNotification>(_: Notification.Type) -> String {
        Notification.Params.schema.typeText
    }

    /// What GitHub makes of a heading.
    private static func anchor(_ heading: String) -> String {
        heading.lowercased().filter { $0 != "." }.map { $0 == " " ? "-" : "\($0)" }.joined()
    }

    // MARK: Methods

    private static func place(_ scope: AccessScope) -> String {
        switch scope {
        case .devices: "on the devices that it concerns"
        case .host: "on every device"
        case .visible: "on any device"
        }
    }

    private static func methodText<Method: ControlMethod>(_ method: Method.Type) -> String {
        var text = "## \(method.name)\n\n\(method.summary)\n\n\(method.description)\n\n"
        text += "Role: \(method.role.rawValue), \(place(method.scope)). "
        text += method.isIdempotent ? "Idempotent." : "Not idempotent."
        if method.isOperation { text += " Each call is an operation." }
        if method.maximumDescriptors > 0 { text += " The device's node may be passed along, opened (`\"fds\": 1`)." }
        text += "\n\n"
        if case .object(let properties) = Method.parameters.kind {
            text +=
                properties.isEmpty
                ? "No parameters.\n\n" : JSONSchema.table(of: properties, heading: "parameter")
        }
        switch Method.Result.schema.kind {
        case .reference(let result):
            if resultName(method) != nil, case .object(let properties) = result.definition().kind {
                text += JSONSchema.table(of: properties, heading: "result")
            } else {
                text += "The result is a \(Method.Result.schema.typeText).\n\n"
            }
        case .anyOf: text += "The result is a \(Method.Result.schema.typeText).\n\n"
        default: break
        }
        guard !method.errors.isEmpty else { return text }
        return text + table(of: method.errors.sorted { $0.rawValue < $1.rawValue })
    }

    private static func table(of codes: [ErrorCode]) -> String {
        var table = MarkdownTable("code:", "error", "when")
        for code in codes { table.add("\(code.rawValue)", "`\(code.name)`", code.summary) }
        return table.text
    }

    private static func exampleText(_ call: Example.Call, _ reply: JSONValue) -> String {
        """
        ```json
        \(call.request)
        ```

        ```json
        \(reply.exampleText())
        ```


        """
    }

    // MARK: Errors and types

    private static var errorsText: String {
        func list(_ codes: [ErrorCode]) -> String { codes.map { "`\($0.name)`" }.joined(separator: ", ") }
        var table = MarkdownTable("code:", "error", "when", "retryable", "exit status of vdpactl:")
        for code in ErrorCode.allCases {
            table.add(
                "\(code.rawValue)", "`\(code.name)`", code.summary, code.retryableText,
                "\(code.exitStatus)")
        }
        return """
            ## Errors

            Besides its own errors every method can answer \(list(ErrorCode.common)), and every operation
            \(list(ErrorCode.ofOperations)). What is no request for a method is
            answered with \(list(ErrorCode.ofRequests)); the id is null where none could be read. *Retryable*: the same
            call can succeed later without the caller changing anything.


            """ + table.text
    }

    private static var typesText: String {
        // Results stand with their methods.
        let results = Set(ControlMethods.all.compactMap { resultName($0) })
        var text = "## Types\n\n"
        for definition in SchemaDefinition.all where !results.contains(definition.name) {
            text += "### \(definition.name)\n\n" + definition.schema.definitionText
        }
        return text
    }

    /// The name of a result's type, unless several methods answer it.
    private static func resultName<Method: ControlMethod>(_: Method.Type) -> String? {
        guard case .reference(let result) = Method.Result.schema.kind else { return nil }
        return result.name.hasSuffix("Result") ? result.name : nil
    }
}

extension ErrorCode {
    /// A limit of one request is passed again by the same one.
    fileprivate var retryableText: String {
        self == .limitExceeded ? "if other clients passed it" : isRetryable ? "yes" : "no"
    }
}
