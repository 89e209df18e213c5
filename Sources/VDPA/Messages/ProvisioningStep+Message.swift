package import JSON
import Virtio

extension ProvisioningStep: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("kind")
        switch kind {
        case "create": self = .create(try value.member("new"))
        case "delete": self = .delete(try value.member("device"))
        case "setMACAddress": self = .setMACAddress(try value.member("device"), try value.member("address"))
        case "bind": self = .bind(try value.member("device"), try value.member("driver"))
        case "unbind":
            self = .unbind(
                try value.member("device"), try value.member("driver"), try value.optionalMember("node"))
        case "setAutoprobe": self = .setAutoprobe(try value.member("on"))
        case "permit": self = .permit(try value.member("node"), try value.member("permissions"))
        default: throw HostError(.malformed, "a host process was given the unknown step \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .create(let new):
            writer.field("kind", "create")
            writer.field("new", new)
        case .delete(let device):
            writer.field("kind", "delete")
            writer.field("device", device)
        case .setMACAddress(let device, let address):
            writer.field("kind", "setMACAddress")
            writer.field("device", device)
            writer.field("address", address)
        case .bind(let device, let driver):
            writer.field("kind", "bind")
            writer.field("device", device)
            writer.field("driver", driver)
        case .unbind(let device, let driver, let node):
            writer.field("kind", "unbind")
            writer.field("device", device)
            writer.field("driver", driver)
            writer.field("node", node)
        case .setAutoprobe(let on):
            writer.field("kind", "setAutoprobe")
            writer.field("on", on)
        case .permit(let node, let permissions):
            writer.field("kind", "permit")
            writer.field("node", node)
            writer.field("permissions", permissions)
        }
        writer.endObject()
    }
}

extension NewDevice: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        name = try value.member("name")
        busName = try value.optionalMember("busName")
        managementDevice = try value.member("managementDevice")
        macAddress = try value.optionalMember("macAddress")
        mtu = try value.optionalMember("mtu")
        maximumQueuePairs = try value.optionalMember("maximumQueuePairs")
        features = try value.optionalMember("features")
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("name", name)
        writer.field("busName", busName)
        writer.field("managementDevice", managementDevice)
        writer.field("macAddress", macAddress)
        writer.field("mtu", mtu)
        writer.field("maximumQueuePairs", maximumQueuePairs)
        writer.field("features", features)
        writer.endObject()
    }
}

extension NodePermissions: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(
            owner: try value.optionalMember("owner"), group: try value.optionalMember("group"),
            mode: try value.optionalMember("mode"))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("owner", owner)
        writer.field("group", group)
        writer.field("mode", mode)
        writer.endObject()
    }
}

extension BusDriver: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        self.init(name: try String(message: value))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        name.writeMessage(to: &writer)
    }
}

extension MACAddress: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let text = try String(message: value)
        guard let address = MACAddress(text) else {
            throw HostError(.malformed, "a message of a host process has \"\(text)\" as an Ethernet address")
        }
        self = address
    }

    package func writeMessage(to writer: inout JSONWriter) {
        description.writeMessage(to: &writer)
    }
}
