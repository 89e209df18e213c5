extension JSONSchema {
    /// A place where a value is not what a schema says.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// The place, such as `result.queues[2].size`.
        public var path: String
        /// What is wrong.
        public var message: String

        /// Place and message.
        public var description: String { "\(path): \(message)" }
    }

    /// Every violation of this schema in a value; for test harnesses.
    ///
    /// - Parameters:
    ///   - value: What is checked.
    ///   - definitions: What references stand for.
    ///   - root: The name of the whole in the violations' paths.
    ///   - matches: Whether a string (second) matches a pattern (first). By default patterns are not checked, since this
    ///     module needs no regular expressions otherwise.
    /// - Returns: The violations, none when the value is valid.
    public func validate(
        _ value: JSONValue, definitions: [String: JSONSchema], root: StaticString = "value",
        matches: (String, String) -> Bool = { _, _ in true }
    ) -> [Violation] {
        var violations: [Violation] = []
        check(value, at: JSONPath(root), definitions, matches, &violations)
        return violations
    }

    private func check(
        _ value: JSONValue, at path: JSONPath, _ definitions: [String: JSONSchema],
        _ matches: (String, String) -> Bool, _ violations: inout [Violation]
    ) {
        func report(_ message: String) {
            violations.append(Violation(path: path.description, message: message))
        }
        switch (kind, value) {
        case (.any, _), (.null, .null), (.boolean, .bool), (.number, .integer), (.number, .unsigned),
            (.number, .double):
            break
        case (.integer(let range), .integer(let integer)):
            if !range.contains(Int128(integer)) { report("\(integer) is outside \(range)") }
        case (.integer(let range), .unsigned(let integer)):
            if !range.contains(Int128(integer)) { report("\(integer) is outside \(range)") }
        case (.string(let names, let pattern, let maximumLength), .string(let string)):
            if let names, !names.contains(string) { report("\(shortened(value)) is not one of \(names)") }
            if let maximumLength, string.unicodeScalars.count > maximumLength { report("longer than \(maximumLength)") }
            if let pattern, !matches(pattern, string) { report("\(shortened(value)) does not match \(pattern)") }
        case (.array(let element, let maximumCount), .array(let values)):
            if let maximumCount, values.count > maximumCount { report("more than \(maximumCount) elements") }
            for (index, value) in values.enumerated() {
                element.check(value, at: path.appending(index: index), definitions, matches, &violations)
            }
        case (.map(let schema), .object(let members)):
            for member in members {
                schema.check(member.value, at: path.appending(member: member.name), definitions, matches, &violations)
            }
        case (.object(let properties), .object(let members)):
            for property in properties where property.isRequired && value[property.name] == nil {
                report("member \"\(property.name)\" is missing")
            }
            for member in members {
                guard let property = properties.first(where: { $0.name == member.name }) else {
                    report("unknown member \(shortened(.string(member.name)))")
                    continue
                }
                let place = path.appending(member: member.name)
                property.schema.check(member.value, at: place, definitions, matches, &violations)
            }
        case (.anyOf(let schemas), _):
            let isValid = schemas.contains { schema in
                var inner: [Violation] = []
                schema.check(value, at: path, definitions, matches, &inner)
                return inner.isEmpty
            }
            if !isValid { report("\(shortened(value)) is none of \(schemas.count) alternatives") }
        case (.reference(let reference), _):
            guard let definition = definitions[reference.name] else {
                report("there is no definition of \(reference.name)")
                return
            }
            definition.check(value, at: path, definitions, matches, &violations)
        default:
            report("\(value.kindDescription) where \(JSONSchema(kind).jsonText()) is expected")
        }
    }
}
