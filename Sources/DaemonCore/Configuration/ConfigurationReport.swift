import ControlAPI
import JSON
import JSONRPC
import Logging
import Virtio

/// Every member of the configuration with the value that is in force and where it comes from.
struct ConfigurationReport {
    /// How the daemon was started.
    let options: DaemonOptions
    /// What the file says.
    let configuration: Configuration
    /// What is in force by both.
    let settings: Settings

    init(options: DaemonOptions, configuration: Configuration) {
        self.options = options
        self.configuration = configuration
        settings = Settings(options: options, configuration: configuration)
    }

    /// The members, in the order of the file.
    var members: [ConfigurationMember] {
        var members: [ConfigurationMember] = []
        func add(_ name: String, _ value: JSONValue?, _ effect: ConfigurationMember.Effect = .restart) {
            members.append(ConfigurationMember(name: name, value: value, origin: origin(of: name), effect: effect))
        }
        for kind in ControlSocket.allCases {
            let socket = settings.sockets.first { $0.socket == kind }
            add("sockets.\(kind.rawValue).path", socket.map { .string($0.path) })
            guard kind != .admin else { continue }
            add("sockets.\(kind.rawValue).mode", socket.map { .string("\($0.mode)") })
            add("sockets.\(kind.rawValue).group", socket?.group.map { .string($0) })
        }
        add("stateDirectory", .string(settings.stateDirectory))
        add("declarations", .string(settings.declarations))
        add("node.owner", settings.nodeRights.owner.map { .string($0) }, .reload)
        add("node.group", settings.nodeRights.group.map { .string($0) }, .reload)
        add("node.mode", settings.nodeRights.mode.map { .string("\($0)") }, .reload)
        add("stopBitDevices", .array(settings.stopBitDevices.sorted().map { .string($0.string) }), .reload)
        add("logLevel", .string(settings.logLevel.rawValue), .reload)
        add("grants", .array(configuration.grants.map(\.value)), .reload)
        add("auditFile", settings.auditFile.map { .string($0) }, .reload)
        add("metrics.file", settings.metrics.file.map { .string($0) })
        add("metrics.intervalMs", JSONValue(Int(settings.metrics.intervalMs)))
        for name in RPCLimits.Name.allCases {
            add("limits.\(name.rawValue)", JSONValue(settings.limits[name]), .reload)
        }
        add("limits.defaultDeadlineMs", JSONValue(Int(settings.defaultDeadlineMs)), .reload)
        return members
    }

    /// Where the value of a member comes from.
    private func origin(of name: String) -> ConfigurationMember.Origin {
        if let origin = options.origins[name] { return origin }
        return configuration.stated.contains(name) ? .file : .default
    }

    /// The members in force after a reload: what takes a restart stays, with what it will be then.
    func members(after former: [ConfigurationMember]) -> [ConfigurationMember] {
        let known = Dictionary(uniqueKeysWithValues: former.map { ($0.name, $0) })
        return members.map { member in
            guard member.effect == .restart, var kept = known[member.name] else { return member }
            // A nil of its own would be a null of JSON here.
            kept.pending = Optional.none
            if member.value != kept.value { kept.pending = member.value ?? .null }
            return kept
        }
    }
}

extension ConfiguredGrant {
    /// The grant as it is written.
    fileprivate var value: JSONValue {
        var value: JSONValue = ["role": .string(role.rawValue)]
        if let user { value = value.adding("user", .string(user)) }
        if let group { value = value.adding("group", .string(group)) }
        if let unit { value = value.adding("unit", .string(unit)) }
        return value.adding("devices", .array(devices.map { .string($0.text) }))
    }
}

extension JSONValue {
    /// The object with one more member.
    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + [JSONMember(name: name, value: value)])
    }
}
