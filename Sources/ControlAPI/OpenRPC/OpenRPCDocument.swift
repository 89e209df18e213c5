public import JSON

/// The description of the control API that `rpc.discover` answers and `api/openrpc.json` holds: OpenRPC 1.3.2.
///
/// Everything in it comes from the declarations of the methods.
/// Source: https://spec.open-rpc.org, https://json-schema.org/draft-07.
public struct OpenRPCDocument: Sendable {
    /// The version of vdpad that the document describes.
    public var version: String

    /// Describes a version of vdpad.
    public init(version: String) {
        self.version = version
    }
}

extension OpenRPCDocument: JSONWritable {
    /// Writes the document.
    public func write(to writer: inout JSONWriter) {
        var definitions = JSONSchemaDefinitions()
        definitions.add(ControlError.self)
        for method in ControlMethods.all { method.addDefinitions(to: &definitions) }

        writer.beginObject()
        writer.member("openrpc", "1.3.2")
        writer.name("info")
        writer.beginObject()
        writer.member("title", "vdpad")
        writer.member("version", version)
        writer.member("description", "Control and state export of Linux vDPA devices.")
        writer.name("license")
        writer.beginObject()
        writer.member("name", "Apache-2.0")
        writer.endObject()
        writer.endObject()
        writer.name("methods")
        writer.beginArray()
        for method in ControlMethods.all { method.writeDescription(to: &writer) }
        writer.endArray()
        writer.name("components")
        writer.beginObject()
        writer.name("schemas")
        writer.beginObject()
        for (name, schema) in definitions.definitions.sorted(by: { $0.key < $1.key }) {
            writer.member(name, schema)
        }
        writer.endObject()
        writer.name("errors")
        writer.beginObject()
        for code in ErrorCode.allCases {
            writer.name(code.name)
            code.writeDescription(to: &writer)
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}

extension ErrorCode {
    /// The errors that every method can answer.
    static var common: [ErrorCode] { [.invalidParams, .permissionDenied, .limitExceeded, .internalError] }

    /// Writes an OpenRPC error object.
    fileprivate func writeDescription(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", rawValue)
        writer.member("message", name)
        writer.name("data")
        writer.beginObject()
        writer.member("description", summary)
        writer.endObject()
        writer.endObject()
    }
}

extension ControlMethod {
    /// Adds every named schema that the method's parameters and result reach.
    fileprivate static func addDefinitions(to definitions: inout JSONSchemaDefinitions) {
        definitions.add(Params.definition)
        definitions.add(Result.self)
    }

    /// Writes an OpenRPC method object.
    fileprivate static func writeDescription(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("summary", "\(summary)")
        writer.member("description", "\(description)")
        writer.member("paramStructure", "by-name")
        writer.name("params")
        writer.beginArray()
        if case .object(let properties) = Params.definition.kind {
            for property in properties { property.writeContentDescriptor(to: &writer) }
        }
        writer.endArray()
        writer.name("result")
        writer.beginObject()
        writer.member("name", "result")
        writer.member("schema", Result.schema)
        writer.endObject()
        writer.name("errors")
        writer.beginArray()
        for code in Set(errors + ErrorCode.common).sorted(by: { $0.rawValue < $1.rawValue }) {
            writer.beginObject()
            writer.member("$ref", "#/components/errors/\(code.name)")
            writer.endObject()
        }
        writer.endArray()
        writer.member("x-role", role)
        writer.member("x-idempotent", isIdempotent)
        writer.member("x-maximumDescriptors", maximumDescriptors)
        writer.endObject()
    }
}

extension JSONSchema.Property {
    /// Writes an OpenRPC content descriptor: one parameter.
    fileprivate func writeContentDescriptor(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("description", summary)
        writer.member("required", isRequired)
        writer.member("schema", schema)
        writer.endObject()
    }
}
