package import JSON
import Virtio

extension DeviceProcedure: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let kind: String = try value.member("kind")
        switch kind {
        case "examine":
            self = .examine
        case "suspend":
            self = .suspend(
                allowIrreversible: try value.member("allowIrreversible"), dryRun: try value.member("dryRun"),
                by: try value.member("mechanism"))
        case "resume":
            self = .resume(dryRun: try value.member("dryRun"), by: try value.member("mechanism"))
        case "setStatus":
            self = .setStatus(try value.member("status"))
        case "reset":
            self = .reset
        case "export":
            self = .export(assertStop: try value.member("assertStop"), by: try value.member("mechanism"))
        case "open":
            self = .open(bringUp: try value.optionalMember("bringUp"))
        case "start":
            self = .start(proving: try value.member("queues"))
        case "close":
            self = .close
        case "rewind":
            self = .rewind(try value.member("queues"), by: try value.member("mechanism"))
        case "withdraw":
            let configuration: HexadecimalBytes = try value.member("configuration")
            self = .withdraw(configuration: configuration.bytes)
        default:
            throw HostError(.malformed, "a host process was given the unknown procedure \"\(kind)\"")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("kind", kind)
        switch self {
        case .suspend(let allowIrreversible, let dryRun, let mechanism):
            writer.field("allowIrreversible", allowIrreversible)
            writer.field("dryRun", dryRun)
            writer.field("mechanism", mechanism)
        case .resume(let dryRun, let mechanism):
            writer.field("dryRun", dryRun)
            writer.field("mechanism", mechanism)
        case .setStatus(let status):
            writer.field("status", status)
        case .export(let assertStop, let mechanism):
            writer.field("assertStop", assertStop)
            writer.field("mechanism", mechanism)
        case .open(let bringUp):
            writer.field("bringUp", bringUp)
        case .start(let queues):
            writer.field("queues", queues)
        case .rewind(let queues, let mechanism):
            writer.field("queues", queues)
            writer.field("mechanism", mechanism)
        case .withdraw(let configuration):
            writer.field("configuration", HexadecimalBytes(configuration))
        case .examine, .reset, .close:
            break
        }
        writer.endObject()
    }

    /// The procedure's name, in messages and for the health report.
    package var kind: String {
        switch self {
        case .examine: "examine"
        case .suspend: "suspend"
        case .resume: "resume"
        case .setStatus: "setStatus"
        case .reset: "reset"
        case .export: "export"
        case .open: "open"
        case .start: "start"
        case .close: "close"
        case .rewind: "rewind"
        case .withdraw: "withdraw"
        }
    }
}

extension QueuePosition: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let encoded: UInt32 = try value.member("position")
        self.init(
            queue: try value.member("queue"),
            position: RingPosition(vringBase: encoded, format: try value.member("format")))
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("queue", queue)
        writer.field("format", position.format)
        writer.field("position", position.vringBase)
        writer.endObject()
    }
}
