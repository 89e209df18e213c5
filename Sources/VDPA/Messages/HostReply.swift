package import JSON

/// What a host process answers to one `HostRequest`.
public enum HostReply: Sendable, Hashable {
    /// The answer to `inventory`.
    case inventory(Inventory)
    /// The answer to `devices`.
    case devices([HostDevice])
    /// The answer to `configuration`.
    case configuration(NetlinkConfiguration)
    /// The answer to `holders`.
    case holders(HolderScan)
    /// The answer to `perform`.
    case report(DeviceReport)
    /// The answer to `provision`.
    case provisioned
    /// The answer to `statistics`.
    case statistics(DeviceStatistics)
    /// The answer to `autoprobe`.
    case autoprobe(Bool)
    /// The answer to `open`; the descriptor comes along.
    case opened
    /// The answer to `release`.
    case released
    /// The request failed.
    case failure(HostError)
}

extension HostReply: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        if let inventory: Inventory = try value.optionalMember("inventory") {
            self = .inventory(inventory)
        } else if let devices: [HostDevice] = try value.optionalMember("devices") {
            self = .devices(devices)
        } else if let configuration: NetlinkConfiguration = try value.optionalMember("configuration") {
            self = .configuration(configuration)
        } else if let scan: HolderScan = try value.optionalMember("holders") {
            self = .holders(scan)
        } else if let report: DeviceReport = try value.optionalMember("report") {
            self = .report(report)
        } else if let _: Bool = try value.optionalMember("provisioned") {
            self = .provisioned
        } else if let statistics: DeviceStatistics = try value.optionalMember("statistics") {
            self = .statistics(statistics)
        } else if let isOn: Bool = try value.optionalMember("autoprobe") {
            self = .autoprobe(isOn)
        } else if let _: Bool = try value.optionalMember("opened") {
            self = .opened
        } else if let _: Bool = try value.optionalMember("released") {
            self = .released
        } else {
            self = .failure(try value.member("failure"))
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .inventory(let inventory): writer.field("inventory", inventory)
        case .devices(let devices): writer.field("devices", devices)
        case .configuration(let configuration): writer.field("configuration", configuration)
        case .holders(let scan): writer.field("holders", scan)
        case .report(let report): writer.field("report", report)
        case .provisioned: writer.field("provisioned", true)
        case .statistics(let statistics): writer.field("statistics", statistics)
        case .autoprobe(let isOn): writer.field("autoprobe", isOn)
        case .opened: writer.field("opened", true)
        case .released: writer.field("released", true)
        case .failure(let error): writer.field("failure", error)
        }
        writer.endObject()
    }
}
