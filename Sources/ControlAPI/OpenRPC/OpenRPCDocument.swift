public import JSON

/// The description of the control API that `rpc.discover` answers and `api/openrpc.json` holds: OpenRPC 1.3.2.
///
/// Everything in it comes from the declarations of the methods, so that a client can be written from it alone.
/// Source: https://spec.open-rpc.org, https://json-schema.org/draft-07.
public struct OpenRPCDocument: Sendable {
    /// The version of vdpad that the document describes.
    public var version: String

    /// Describes a version of vdpad.
    public init(version: String) {
        self.version = version
    }

    private static let description: StaticString = """
        Control and state export of Linux vDPA devices.

        Transport: a unix stream socket. Each message is one JSON value in UTF-8 on one line that ends with a line \
        feed, in both directions. Replies carry the id of their request and come in any order; requests that concern \
        one device are executed in the order sent, others at the same time.

        Parameters are an object; unknown members are refused. Results and errors may gain members, which clients \
        ignore. The `data` of every error is `#/components/schemas/ErrorData`; the errors listed here show its member \
        `name`. The schemas are JSON Schema draft-07.

        A method's `x-role` is the role that a peer needs, `x-scope` on which devices: those that the call concerns \
        (`devices`), every one (`host`), or any (`visible`: the answer has only what the peer may look at). `x-idempotent` says that calling it twice has the effect \
        of calling it once, `x-operation` that each call is an operation. `x-maximumDescriptors` says how many descriptors may accompany a request (SCM_RIGHTS), \
        which then has their number in its member `fds`; `x-resultDescriptors` says how many accompany the result.

        `x-notifications` are the messages that the daemon sends by itself, without an id, to clients that have \
        asked for them.
        """
}

extension OpenRPCDocument: JSONWritable {
    /// Writes the document.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("openrpc", "1.3.2")
        writer.name("info")
        writer.beginObject()
        writer.member("title", "vdpad")
        writer.member("version", version)
        writer.member("description", "\(Self.description)")
        writer.name("license")
        writer.beginObject()
        writer.member("name", "Apache-2.0")
        writer.endObject()
        writer.endObject()
        writer.name("servers")
        writer.beginArray()
        writer.beginObject()
        writer.member("name", "local")
        writer.member("url", "unix:\(ControlSocket.defaultPath)")
        writer.endObject()
        writer.endArray()
        writer.name("methods")
        writer.beginArray()
        for method in ControlMethods.all { method.writeDescription(to: &writer) }
        writer.endArray()
        writer.name("x-notifications")
        writer.beginArray()
        for notification in ControlNotifications.all { notification.writeDescription(to: &writer) }
        writer.endArray()
        writer.name("components")
        writer.beginObject()
        writer.name("schemas")
        writer.beginObject()
        for definition in SchemaDefinition.all {
            writer.name(definition.name)
            definition.schema.write(to: &writer, mode: definition.mode)
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
    /// Writes an OpenRPC error object.
    fileprivate func writeDescription(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("code", rawValue)
        writer.member("message", summary)
        writer.name("data")
        writer.beginObject()
        writer.member("name", name)
        writer.endObject()
        writer.endObject()
    }
}

extension ControlMethod {
    /// Writes an OpenRPC method object.
    fileprivate static func writeDescription(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("summary", "\(summary)")
        writer.member("description", "\(description)")
        writer.member("paramStructure", "by-name")
        writer.name("params")
        writer.beginArray()
        if case .object(let properties) = parameters.kind {
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
        for code in Set(errors + ErrorCode.common + (isOperation ? ErrorCode.ofOperations : [])).sorted(by: {
            $0.rawValue < $1.rawValue
        }) {
            writer.beginObject()
            writer.member("$ref", "#/components/errors/\(code.name)")
            writer.endObject()
        }
        writer.endArray()
        writer.member("x-role", role)
        writer.member("x-scope", scope)
        writer.member("x-idempotent", isIdempotent)
        writer.member("x-operation", isOperation)
        writer.member("x-maximumDescriptors", maximumDescriptors)
        writer.member("x-resultDescriptors", resultDescriptors)
        writer.endObject()
    }
}

extension ControlNotification {
    /// Writes what OpenRPC has no object for: a message of the server's own.
    fileprivate static func writeDescription(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("summary", "\(summary)")
        writer.member("params", Params.schema)
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
        writer.name("schema")
        writeSchema(to: &writer, mode: .strict)
        writer.endObject()
    }
}
