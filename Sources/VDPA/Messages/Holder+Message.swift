package import JSON

extension HolderReference: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            pid: try value.member("pid"), startTime: try value.member("startTime"),
            descriptor: try value.member("descriptor"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("pid", pid)
        writer.field("startTime", startTime)
        writer.field("descriptor", descriptor)
        writer.endObject()
    }
}

extension Holder: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            device: try value.member("device"), reference: try value.member("reference"),
            command: try value.member("command"),
            unit: try value.optionalMember("unit"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("device", device)
        writer.field("reference", reference)
        writer.field("command", command)
        writer.field("unit", unit)
        writer.endObject()
    }
}

extension HolderScan: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            holders: try value.member("holders"), isComplete: try value.member("isComplete"),
            incompleteReason: try value.optionalMember("incompleteReason"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("holders", holders)
        writer.field("isComplete", isComplete)
        writer.field("incompleteReason", incompleteReason)
        writer.endObject()
    }
}
