import ControlAPI
import DeviceState
import JSON

/// Values for what differs from run to run or from machine to machine, so that the reference changes only with the daemon.
enum FixedValues {
    private static let time: JSONValue = "2026-01-02T03:04:05.678Z"
    private static let values: [String: JSONValue] = [
        "instance": "5f1c2d3e4a5b6c7d", "startedAt": time, "assertedAt": time, "time": time,
        "kernelRelease": "6.12.0", "kernel": "6.12.0",
        "enteredAtNs": 81_000_000_000, "returnedAtNs": 81_000_005_000, "durationNs": 5_000,
        "remainingMs": 9_990, "atNs": 81_000_000_000, "startedAtNs": 80_999_900_000, "endedAtNs": 81_000_100_000,
        "readAtNs": 81_000_000_000, "sequence": 27, "minimumNs": 2_000_000, "maximumNs": 2_010_000,
    ]

    /// The id of an operation.
    static let operation = "5f1c2d3e4a5b6c7d-12"

    /// The name of the machine.
    private static let host = "host-a"

    /// The same reply with the fixed values; a document with the digest that belongs to them.
    static func replacing(in reply: JSONValue) throws(JSONReadError) -> JSONValue {
        let fixed = replaced(reply)
        guard let result = fixed["result"] else { return fixed }
        if let document = result["state"] {
            var state = try DeviceState(document, at: JSONPath("state"))
            state.source.host = host
            return fixed.setting("result", to: ["state": state.document])
        }
        switch result["host"] {
        case .object?:
            var description = try HostDescription(result["host"] ?? .null, at: JSONPath("host"))
            description.host.name = host
            return fixed.setting("result", to: ["host": description.document])
        case .string? where result["verdict"] != nil:
            return fixed.setting("result", to: result.setting("host", to: .string(host)))
        default: return fixed
        }
    }

    private static func replaced(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(replaced))
        case .object(let members):
            if let member = configurationMember(members) { return member }
            // Of the two processes with a pid only the daemon has a start as a time; a simulated holder is the same always.
            let isDaemon = value["startedAt"] != nil
            return .object(
                members.map { member in
                    let fixed = isDaemon && member.name == "pid" ? 1_234 : values[member.name] ?? operation(member)
                    return JSONMember(
                        name: member.name,
                        value: fixed ?? path(member) ?? excerpt(member) ?? replaced(member.value))
                })
        default: return value
        }
    }

    /// A member of the configuration that is a path.
    private static func configurationMember(_ members: [JSONMember]) -> JSONValue? {
        let object = JSONValue.object(members)
        guard object["origin"] != nil, case .string(let name)? = object["name"] else { return nil }
        let path: String? =
            switch name {
            case "sockets.control.path": "/run/vdpad/vdpad.sock"
            case "stateDirectory": "/run/vdpad"
            case "declarations": "/etc/vdpad/devices.d"
            default: nil
            }
        return path.map { object.setting("value", to: .string($0)) }
    }

    /// What names an operation, and who asked for it.
    private static func operation(_ member: JSONMember) -> JSONValue? {
        switch (member.name, member.value) {
        case ("id", .string), ("operation", .string): .string(operation)
        case ("peer", _): ["pid": 4_711, "uid": 0, "gid": 0]
        default: nil
        }
    }

    /// The first of many metrics.
    private static func excerpt(_ member: JSONMember) -> JSONValue? {
        guard member.name == "metrics", case .string(let text) = member.value else { return nil }
        return .string(text.split(separator: "\n").prefix(3).joined(separator: "\n") + "\n…\n# EOF\n")
    }

    /// The name of a declaration's file, in the usual directory.
    private static func path(_ member: JSONMember) -> JSONValue? {
        guard ["file", "path"].contains(member.name), case .string(let path) = member.value,
            let name = path.split(separator: "/").last
        else { return nil }
        return .string("/etc/vdpad/devices.d/\(name)")
    }
}

extension JSONValue {
    /// The same object with another value of a member.
    fileprivate func setting(_ name: String, to value: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.map { $0.name == name ? JSONMember(name: name, value: value) : $0 })
    }
}
