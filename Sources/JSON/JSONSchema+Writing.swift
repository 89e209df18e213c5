extension JSONSchema: JSONWritable {
    /// Writes the schema with references into `#/components/schemas/`, as OpenRPC has them.
    public func write(to writer: inout JSONWriter) {
        write(to: &writer, references: "#/components/schemas/")
    }

    /// Writes the schema.
    ///
    /// - Parameters:
    ///   - writer: Where to.
    ///   - references: What stands before the name in a `$ref`.
    public func write(to writer: inout JSONWriter, references: String) {
        write(to: &writer, references: references, summary: nil, default: nil)
    }

    private func write(to writer: inout JSONWriter, references: String, summary: String?, default: JSONValue?) {
        let texts = [summary, description].compactMap(\.self).filter { !$0.isEmpty }
        let description = texts.isEmpty ? nil : texts.joined(separator: "\n")
        writer.beginObject()
        defer { writer.endObject() }
        if case .reference(let reference) = kind {
            // Draft-07 ignores everything beside $ref.
            let target = references + reference.name
            guard description != nil || `default` != nil else {
                writer.member("$ref", target)
                return
            }
            writer.member("allOf", [["$ref": target]])
            writer.member("description", ifPresent: description)
            writer.member("default", ifPresent: `default`)
            return
        }
        writeKind(to: &writer, references: references)
        writer.member("description", ifPresent: description)
        writer.member("default", ifPresent: `default`)
    }

    private func writeKind(to writer: inout JSONWriter, references: String) {
        switch kind {
        case .any, .reference: break
        case .null: writer.member("type", "null")
        case .boolean: writer.member("type", "boolean")
        case .number: writer.member("type", "number")
        case .integer(let range):
            writer.member("type", "integer")
            writer.member("minimum", JSONValue(range.lowerBound))
            writer.member("maximum", JSONValue(range.upperBound))
        case .string(let names, let pattern, let maximumLength):
            writer.member("type", "string")
            writer.member("enum", ifPresent: names)
            writer.member("pattern", ifPresent: pattern)
            writer.member("maxLength", ifPresent: maximumLength)
        case .array(let element):
            writer.member("type", "array")
            writer.name("items")
            element.write(to: &writer, references: references)
        case .object(let properties):
            writeObject(properties, to: &writer, references: references)
        case .map(let value):
            writer.member("type", "object")
            writer.name("additionalProperties")
            value.write(to: &writer, references: references)
        case .anyOf(let schemas):
            writer.name("anyOf")
            writer.beginArray()
            for schema in schemas {
                schema.write(to: &writer, references: references)
            }
            writer.endArray()
        }
    }

    private func writeObject(_ properties: [Property], to writer: inout JSONWriter, references: String) {
        writer.member("type", "object")
        writer.name("properties")
        writer.beginObject()
        for property in properties {
            writer.name(property.name)
            property.schema.write(
                to: &writer, references: references, summary: property.summary, default: property.default)
        }
        writer.endObject()
        let required = properties.filter(\.isRequired).map(\.name)
        writer.member("required", ifPresent: required.isEmpty ? nil : required)
        writer.member("additionalProperties", false)
    }
}
