package import JSON
import Virtio

extension BringUp: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            features: try value.optionalMember("features"), queueSize: try value.optionalMember("queueSize"),
            restoring: try value.optionalMember("restoring"), isStarted: try value.member("isStarted"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("features", features)
        writer.field("queueSize", queueSize)
        writer.field("restoring", restoring)
        writer.field("isStarted", isStarted)
        writer.endObject()
    }
}

extension RestoredState: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let configuration: HexadecimalBytes = try value.member("configuration")
        self.init(
            deviceClass: try value.member("deviceClass"), features: try value.member("features"),
            configuration: configuration.bytes, queues: try value.member("queues"),
            queuesInUse: try value.member("queuesInUse"), isTrial: try value.member("isTrial"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("deviceClass", deviceClass)
        writer.field("features", features)
        writer.field("configuration", HexadecimalBytes(configuration))
        writer.field("queues", queues)
        writer.field("queuesInUse", queuesInUse)
        writer.field("isTrial", isTrial)
        writer.endObject()
    }
}

extension RingStart: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let encoded: UInt32 = try value.member("position")
        self.init(
            size: try value.member("size"),
            position: RingPosition(vringBase: encoded, format: try value.member("format")))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("size", size)
        writer.field("format", position.format)
        writer.field("position", position.vringBase)
        writer.endObject()
    }
}

extension StateField: MessageValue {}
extension RestoredField.Outcome: MessageValue {}

extension RestoredField: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            try value.member("field"), try value.member("outcome"), reason: try value.optionalMember("reason"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("field", field)
        writer.field("outcome", outcome)
        writer.field("reason", reason)
        writer.endObject()
    }
}
