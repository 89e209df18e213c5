internal import ControlAPI
internal import DeviceState
internal import JSON

/// An error that the daemon answered. It is rendered from what came over the wire, so that an error of a newer daemon is
/// shown too.
struct RefusedCall: Sendable, Hashable {
    let code: Int
    let message: String
    let data: JSONValue

    /// What goes to standard error.
    func text(_ format: OutputFormat) -> String {
        switch format {
        case .json: "\(json)\n"
        case .table: lines.map { "\($0.escapingControls)\n" }.joined()
        }
    }

    private var json: JSONValue {
        guard case .null = data else { return data }
        return .object([
            JSONMember(name: "name", value: .string(name)), JSONMember(name: "message", value: .string(message)),
        ])
    }

    private var name: String {
        string("name") ?? ErrorCode(rawValue: code)?.name ?? "error \(code)"
    }

    private var lines: [String] {
        var lines = ["vdpactl: \(name): \(string("message") ?? message)"]
        if let errno = string("errno") {
            lines.append("kernel: \(errno)\(string("kernelMessage").map { ": \($0)" } ?? "")")
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
        if let operation = string("operation") { lines.append("operation: \(operation)") }
        let holders: [HolderInfo] = value("holders") ?? []
        lines += holders.map { "holder: \($0.text)" }
        if let hint = string("hint") {
            lines.append("hint: \(hint)")
        }
        return lines
    }

    private func string(_ name: String) -> String? {
        guard case .string(let text) = data[name] else { return nil }
        return text
    }

    /// A member that is left out when it is not what this version knows.
    private func value<Value: JSONReadable>(_ name: String) -> Value? {
        guard let member = data[name] else { return nil }
        do throws(JSONReadError) {
            return try Value(member, at: JSONPath("error.data", mode: .lenient))
        } catch {
            return nil
        }
    }
}
