package import JSON
import SystemPackage

extension HostError.Code: MessageValue {}

extension HostError: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let errorNumber: Int32? = try value.optionalMember("errno")
        self.init(
            try value.member("code"), try value.member("message"), call: try value.optionalMember("call"),
            errno: errorNumber.map { Errno(rawValue: $0) }, kernelMessage: try value.optionalMember("kernelMessage"),
            missing: try value.member("missing"), observation: try value.optionalMember("observation"),
            at: try value.optionalMember("field"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("code", code)
        writer.field("message", message)
        writer.field("call", call)
        writer.field("errno", errno?.rawValue)
        writer.field("kernelMessage", kernelMessage)
        writer.field("missing", missing)
        writer.field("observation", observation)
        writer.field("field", field)
        writer.endObject()
    }
}
