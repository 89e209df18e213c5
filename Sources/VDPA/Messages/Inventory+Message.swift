package import JSON
import Virtio

extension Inventory: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            managementDevices: try value.member("managementDevices"), devices: try value.member("devices"),
            netlinkFailure: try value.optionalMember("netlinkFailure"), foreignNames: try value.member("foreignNames"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("managementDevices", managementDevices)
        writer.field("devices", devices)
        writer.field("netlinkFailure", netlinkFailure)
        writer.field("foreignNames", foreignNames)
        writer.endObject()
    }
}

extension ManagementDevice: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            busName: try value.optionalMember("busName"), name: try value.member("name"),
            classes: try value.member("classes"), maximumQueues: try value.optionalMember("maximumQueues"),
            features: try value.optionalMember("features"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("busName", busName)
        writer.field("name", name)
        writer.field("classes", classes)
        writer.field("maximumQueues", maximumQueues)
        writer.field("features", features)
        writer.endObject()
    }
}

extension HostDevice: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(name: try value.member("name"))
        incarnation = try value.optionalMember("incarnation")
        deviceClass = try value.optionalMember("deviceClass")
        managementDevice = try value.optionalMember("managementDevice")
        vendorID = try value.optionalMember("vendorID")
        queueCount = try value.optionalMember("queueCount")
        maximumQueueSize = try value.optionalMember("maximumQueueSize")
        minimumQueueSize = try value.optionalMember("minimumQueueSize")
        let driverName: String? = try value.optionalMember("driver")
        driver = driverName.map { BusDriver(name: $0) }
        node = try value.optionalMember("node")
        nodeStatus = try value.optionalMember("nodeStatus")
        hostStatus = try value.optionalMember("hostStatus")
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("incarnation", incarnation)
        writer.field("deviceClass", deviceClass)
        writer.field("managementDevice", managementDevice)
        writer.field("vendorID", vendorID)
        writer.field("queueCount", queueCount)
        writer.field("maximumQueueSize", maximumQueueSize)
        writer.field("minimumQueueSize", minimumQueueSize)
        writer.field("driver", driver?.name)
        writer.field("node", node)
        writer.field("nodeStatus", nodeStatus)
        writer.field("hostStatus", hostStatus)
        writer.endObject()
    }
}

extension DeviceNode: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            device: try value.member("device"), number: try value.member("number"), major: try value.member("major"),
            minor: try value.member("minor"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("device", device)
        writer.field("number", number)
        writer.field("major", major)
        writer.field("minor", minor)
        writer.endObject()
    }
}

extension NodeStatus: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            userID: try value.member("userID"), user: try value.optionalMember("user"),
            groupID: try value.member("groupID"), group: try value.optionalMember("group"),
            mode: try value.member("mode"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("userID", userID)
        writer.field("user", user)
        writer.field("groupID", groupID)
        writer.field("group", group)
        writer.field("mode", mode)
        writer.endObject()
    }
}
