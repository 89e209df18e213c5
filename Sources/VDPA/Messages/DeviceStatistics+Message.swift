package import JSON
import Virtio

extension DeviceStatistics: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            negotiatedFeatures: try value.optionalMember("negotiatedFeatures"),
            maximumQueuePairs: try value.optionalMember("maximumQueuePairs"), queues: try value.member("queues"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("negotiatedFeatures", negotiatedFeatures)
        writer.field("maximumQueuePairs", maximumQueuePairs)
        writer.field("queues", queues)
        writer.endObject()
    }
}

extension DeviceStatistics.Queue: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            index: try value.member("index"), counters: try value.member("counters"),
            failure: try value.optionalMember("failure"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("index", index)
        writer.field("counters", counters)
        writer.field("failure", failure)
        writer.endObject()
    }
}

extension DeviceStatistics.Counter: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(name: try value.member("name"), value: try value.member("value"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("value", self.value)
        writer.endObject()
    }
}
