package import JSON
public import Virtio

/// What vdpad asks of a process that stands between it and the host: a worker, or the simulated host.
public enum HostRequest: Sendable, Hashable {
    /// All management devices and devices.
    case inventory
    /// These devices, as far as they are there.
    case devices([DeviceName])
    /// All devices as sysfs alone shows them, because of this failure of netlink.
    case sysfsInventory(HostError)
    /// What netlink says of a device's configuration.
    case configuration(DeviceName)
    /// Who has one of the nodes open; with a pid, whether that process has.
    case holders([DeviceNode], pid: Int32?)
    /// A procedure on an open device.
    case perform(DeviceProcedure, DeviceNode, RequestedAccess)
    /// A change of the devices, of their binding, or of their nodes.
    case provision(ProvisioningStep)
    /// What a device's driver counts for these queues.
    case statistics(DeviceName, queues: [UInt32])
    /// Whether the kernel binds new devices by itself.
    case autoprobe
    /// Open a node, without owning the device, and pass the descriptor along with the answer.
    case open(DeviceNode)
    /// Keep the descriptor that comes along until `release`. A worker's only, and not answered.
    case discard
    /// Close what `discard` brought: the daemon has closed its own.
    case release

    /// True when nothing on the host is different afterwards, so that it may be done again.
    var isReadOnly: Bool {
        switch self {
        case .inventory, .devices, .sysfsInventory, .configuration, .holders, .statistics, .autoprobe: true
        case .perform(let procedure, _, _): procedure.isReadOnly
        case .provision, .open, .discard, .release: false
        }
    }

    /// `AccessPath` without the descriptor.
    public enum RequestedAccess: Sendable, Hashable {
        /// The descriptor that vdpad itself opened; the simulated host's only, since workers own nothing.
        case owner
        /// A duplicate of a holder's descriptor.
        case shared(HolderReference)
        /// The descriptor that comes along with the message.
        case passedDescriptor
    }
}

extension HostRequest: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("request")
        switch kind {
        case "inventory":
            self = .inventory
        case "devices":
            self = .devices(try value.member("names"))
        case "sysfsInventory":
            self = .sysfsInventory(try value.member("failure"))
        case "configuration":
            self = .configuration(try value.member("device"))
        case "holders":
            self = .holders(try value.member("nodes"), pid: try value.optionalMember("pid"))
        case "perform":
            self = .perform(
                try value.member("procedure"), try value.member("node"), try value.member("access"))
        case "provision":
            self = .provision(try value.member("step"))
        case "statistics":
            self = .statistics(try value.member("device"), queues: try value.member("queues"))
        case "autoprobe":
            self = .autoprobe
        case "open":
            self = .open(try value.member("node"))
        case "discard":
            self = .discard
        case "release":
            self = .release
        default:
            throw HostError(.malformed, "a host process was asked for the unknown \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .inventory:
            writer.field("request", "inventory")
        case .devices(let names):
            writer.field("request", "devices")
            writer.field("names", names)
        case .sysfsInventory(let failure):
            writer.field("request", "sysfsInventory")
            writer.field("failure", failure)
        case .configuration(let device):
            writer.field("request", "configuration")
            writer.field("device", device)
        case .holders(let nodes, let pid):
            writer.field("request", "holders")
            writer.field("nodes", nodes)
            writer.field("pid", pid)
        case .perform(let procedure, let node, let access):
            writer.field("request", "perform")
            writer.field("procedure", procedure)
            writer.field("node", node)
            writer.field("access", access)
        case .provision(let step):
            writer.field("request", "provision")
            writer.field("step", step)
        case .statistics(let device, let queues):
            writer.field("request", "statistics")
            writer.field("device", device)
            writer.field("queues", queues)
        case .autoprobe:
            writer.field("request", "autoprobe")
        case .open(let node):
            writer.field("request", "open")
            writer.field("node", node)
        case .discard:
            writer.field("request", "discard")
        case .release:
            writer.field("request", "release")
        }
        writer.endObject()
    }
}

extension HostRequest.RequestedAccess: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("kind")
        switch kind {
        case "owner": self = .owner
        case "shared": self = .shared(try value.member("holder"))
        case "passed": self = .passedDescriptor
        default: throw HostError(.malformed, "a host process was given the unknown access \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .owner:
            writer.field("kind", "owner")
        case .shared(let holder):
            writer.field("kind", "shared")
            writer.field("holder", holder)
        case .passedDescriptor:
            writer.field("kind", "passed")
        }
        writer.endObject()
    }
}
