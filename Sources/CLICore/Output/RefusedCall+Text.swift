internal import ControlAPI
internal import DeviceState
internal import JSON
internal import VdpadClient

/// Rendered from what came over the wire, so that an error of a newer daemon is shown too.
extension RefusedCall {
    /// What goes to standard error.
    func text(_ format: OutputFormat) -> String {
        switch format {
        case .json: "\(json)\n"
        case .table: lines.map { "\($0.escapingControls)\n" }.joined()
        }
    }

    fileprivate var json: JSONValue {
        guard case .null = data else { return data }
        return .object([
            JSONMember(name: "name", value: .string(name)), JSONMember(name: "message", value: .string(message)),
        ])
    }

    fileprivate var lines: [String] {
        var lines = ["vdpactl: \(name): \(reason)"]
        if let errno = text("errno") {
            lines.append("kernel: \(errno)\(text("kernelMessage").map { ": \($0)" } ?? "")")
        }
        if let after: DeviceStateAfter = value("stateAfter") {
            lines.append("state: \(after.runState)\(after.status.map { ", status \($0.text)" } ?? "")")
        }
        let actions: [DeclarationAction] = value("actions") ?? []
        lines += actions.map { action in
            "step: \(action.device) \(action.action): \(action.outcome)\(action.message.map { ": \($0)" } ?? "")"
        }
        if let group: GroupReport = value("group") {
            lines += group.members.map { "member: \($0.text)" }
            if let downtime = group.downtime { lines.append("downtime: \(downtime.text)") }
        }
        if let operation = text("operation") { lines.append("operation: \(operation)") }
        let holders: [HolderInfo] = value("holders") ?? []
        lines += holders.map { "holder: \($0.text)" }
        if let hint = text("hint") {
            lines.append("hint: \(hint)")
        }
        return lines
    }

    /// A member that is left out when it is not what this version knows.
    fileprivate func value<Value: JSONReadable>(_ name: String) -> Value? {
        guard let member = data[name] else { return nil }
        do throws(JSONReadError) {
            return try Value(member, at: JSONPath("error.data", mode: .lenient))
        } catch {
            return nil
        }
    }
}
