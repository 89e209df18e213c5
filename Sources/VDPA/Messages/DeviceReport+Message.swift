package import JSON
import LinuxIO
import Virtio

extension DeviceReport: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(before: try value.member("before"))
        after = try value.optionalMember("after")
        if let status: DeviceStatus = try value.optionalMember("afterStatus") {
            after = before
            after?.status = status
        }
        call = try value.optionalMember("call")
        queues = try value.optionalMember("queues") ?? []
        restored = try value.optionalMember("restored") ?? []
        let former: HexadecimalBytes? = try value.optionalMember("formerConfiguration")
        formerConfiguration = former?.bytes
        holderExited = try value.optionalMember("holderExited") ?? false
        warnings = try value.optionalMember("warnings") ?? []
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("before", before)
        if let after {
            var unchanged = before
            unchanged.status = after.status
            // As a rule nothing else differs.
            if after == unchanged {
                writer.field("afterStatus", after.status)
            } else {
                writer.field("after", after)
            }
        }
        writer.field("call", call)
        writer.field("queues", queues.isEmpty ? nil : queues)
        writer.field("restored", restored.isEmpty ? nil : restored)
        writer.field("formerConfiguration", formerConfiguration.map { HexadecimalBytes($0) })
        writer.field("holderExited", holderExited ? true : nil)
        writer.field("warnings", warnings.isEmpty ? nil : warnings)
        writer.endObject()
    }
}

extension DeviceObservation: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            status: try value.member("status"), deviceClass: try value.member("deviceClass"),
            features: try value.member("features"), backendFeatures: try value.member("backendFeatures"),
            maximumQueueSize: try value.member("maximumQueueSize"))
        queueCount = try value.optionalMember("queueCount")
        groupCount = try value.optionalMember("groupCount")
        addressSpaceCount = try value.optionalMember("addressSpaceCount")
        iovaRange = try value.optionalMember("iovaRange")
        configurationSize = try value.optionalMember("configurationSize")
        let bytes: HexadecimalBytes? = try value.optionalMember("configuration")
        configuration = bytes?.bytes
        clearsStatusBits = try value.optionalMember("clearsStatusBits") ?? false
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("status", status)
        writer.field("deviceClass", deviceClass)
        writer.field("features", features)
        writer.field("backendFeatures", backendFeatures)
        writer.field("maximumQueueSize", maximumQueueSize)
        writer.field("queueCount", queueCount)
        writer.field("groupCount", groupCount)
        writer.field("addressSpaceCount", addressSpaceCount)
        writer.field("iovaRange", iovaRange)
        writer.field("configurationSize", configurationSize)
        writer.field("configuration", configuration.map { HexadecimalBytes($0) })
        writer.field("clearsStatusBits", clearsStatusBits ? true : nil)
        writer.endObject()
    }
}

extension KernelCallTiming: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            call: try value.member("call"), enteredAt: try value.member("enteredAt"),
            returnedAt: try value.member("returnedAt"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("call", call)
        writer.field("enteredAt", enteredAt)
        writer.field("returnedAt", returnedAt)
        writer.endObject()
    }
}

extension QueueState: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(index: try value.member("index"))
        size = try value.optionalMember("size")
        group = try value.optionalMember("group")
        descriptorGroup = try value.optionalMember("descriptorGroup")
        addressSpace = try value.optionalMember("addressSpace")
        format = try value.optionalMember("format")
        if let format, let encoded: UInt32 = try value.optionalMember("position") {
            position = RingPosition(vringBase: encoded, format: format)
        }
        positionFailure = try value.optionalMember("positionFailure")
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("index", index)
        writer.field("size", size)
        writer.field("group", group)
        writer.field("descriptorGroup", descriptorGroup)
        writer.field("addressSpace", addressSpace)
        writer.field("format", format)
        writer.field("position", position?.vringBase)
        writer.field("positionFailure", positionFailure)
        writer.endObject()
    }
}
