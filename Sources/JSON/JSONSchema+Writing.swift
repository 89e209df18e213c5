extension JSONSchema: JSONWritable {
    /// Writes the schema with references into `#/components/schemas/`, as OpenRPC has them; unknown members are refused.
    public func write(to writer: inout JSONWriter) {
        write(to: &writer, mode: .strict)
    }

    /// Writes the schema.
    ///
    /// - Parameters:
    ///   - writer: Where to.
    ///   - mode: Whether objects may have members that they do not declare.
    ///   - definitions: Where references lead.
    public func write(
        to writer: inout JSONWriter, mode: JSONReadMode, definitions: StaticString = "#/components/schemas/"
    ) {
        write(to: &writer, Style(mode: mode, definitions: definitions))
    }

    fileprivate struct Style {
        var mode: JSONReadMode
        var definitions: StaticString
    }

    fileprivate func write(
        to writer: inout JSONWriter, _ style: Style, summary: String? = nil, default: JSONValue? = nil
    ) {
        let texts = [summary, description].compactMap(\.self).filter { !$0.isEmpty }
        let description = texts.isEmpty ? nil : texts.joined(separator: "\n")
        writer.beginObject()
        defer { writer.endObject() }
        if case .reference(let reference) = kind {
            // Draft-07 ignores everything beside $ref.
            let target = "\(style.definitions)\(reference.name)"
            guard description != nil || `default` != nil else {
                writer.member("$ref", target)
                return
            }
            writer.member("allOf", [["$ref": target]])
            writer.member("description", ifPresent: description)
            writer.member("default", ifPresent: `default`)
            return
        }
        writeKind(to: &writer, style)
        writer.member("description", ifPresent: description)
        writer.member("default", ifPresent: `default`)
    }

    private func writeKind(to writer: inout JSONWriter, _ style: Style) {
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
        case .array(let element, let maximumCount):
            writer.member("type", "array")
            writer.member("maxItems", ifPresent: maximumCount)
            writer.name("items")
            element.write(to: &writer, style)
        case .object(let properties):
            writeObject(properties, to: &writer, style)
        case .map(let value):
            writer.member("type", "object")
            writer.name("additionalProperties")
            value.write(to: &writer, style)
        case .anyOf(let schemas):
            writer.name("anyOf")
            writer.beginArray()
            for schema in schemas {
                schema.write(to: &writer, style)
            }
            writer.endArray()
        }
    }

    private func writeObject(_ properties: [Property], to writer: inout JSONWriter, _ style: Style) {
        writer.member("type", "object")
        writer.name("properties")
        writer.beginObject()
        for property in properties {
            writer.name(property.name)
            property.schema.write(to: &writer, style, summary: property.summary, default: property.default)
        }
        writer.endObject()
        let required = properties.filter(\.isRequired).map(\.name)
        writer.member("required", ifPresent: required.isEmpty ? nil : required)
        if style.mode == .strict { writer.member("additionalProperties", false) }
    }
}

extension JSONSchema.Property {
    /// Writes the schema of the value with its default; the summary stands elsewhere.
    public func writeSchema(to writer: inout JSONWriter, mode: JSONReadMode) {
        let style = JSONSchema.Style(mode: mode, definitions: "#/components/schemas/")
        schema.write(to: &writer, style, default: `default`)
    }
}
