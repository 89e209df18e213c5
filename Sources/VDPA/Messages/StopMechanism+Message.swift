package import JSON
import LinuxIO
import Virtio

extension StopMechanism: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("kind")
        switch kind {
        case "ioctl": self = .ioctl
        case "suspendBit": self = .statusBit(.suspend, until: try value.member("until"))
        case "stopBit": self = .statusBit(.stop, until: try value.member("until"))
        default: throw HostError(.malformed, "a host process was given the unknown mechanism \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .ioctl:
            writer.field("kind", "ioctl")
        case .statusBit(let bit, let deadline):
            writer.field("kind", bit == .suspend ? "suspendBit" : "stopBit")
            writer.field("until", deadline)
        }
        writer.endObject()
    }
}
