import ControlAPI
import JSON
import Virtio

/// What is put on record of one call: who asked for what, and what came of it. Never what a state document contains, and so
/// of an error the name alone.
struct AuditRecord: Sendable, Hashable {
    /// What came of a call.
    enum Outcome: String, Sendable {
        case succeeded, failed, cancelled
        /// It goes on though it was answered; another record says how it ended.
        case continues
        /// The caller had not the role.
        case refused
    }

    /// The process that connected.
    var pid: Int32
    /// Its user.
    var uid: UInt32
    /// Its unit of the system manager.
    var unit: String?
    /// The socket that it came by.
    var socket: ControlSocket
    /// What it asked for; `SCM_RIGHTS` when descriptors were refused before anything was read.
    var method: String
    /// The devices that the call was about.
    var devices: [DeviceName]
    /// The operation that it was.
    var operation: String?
    var outcome: Outcome
    /// From the arrival of the request to its answer.
    var durationNs: UInt64?
    /// The name of the error.
    var error: String?
    /// The role that was needed, for a refusal.
    var requiredRole: Role?
    /// How many refusals of the same user before this one are not on record, since there were too many.
    var omitted: Int?

    /// One sentence.
    var sentence: String {
        let about = devices.isEmpty ? "" : " of \(devices.map(\.string).joined(separator: ", "))"
        let reason = error.map { ": \($0)" } ?? ""
        let who = "user \(uid), process \(pid)\(unit.map { " (\($0))" } ?? ""), socket \(socket.rawValue)"
        return "\(method)\(about) \(outcome.rawValue)\(reason) for \(who)"
    }
}

extension AuditRecord {
    /// The members with what they say, as the record has them in the journal and in a file.
    var members: [(name: String, value: JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("outcome", .string(outcome.rawValue)), ("method", .string(method)),
            ("devices", .array(devices.map { .string($0.string) })), ("uid", .integer(Int64(uid))),
            ("pid", .integer(Int64(pid))), ("socket", .string(socket.rawValue)),
        ]
        if let unit { members.append(("unit", .string(unit))) }
        if let operation { members.append(("operation", .string(operation))) }
        if let durationNs { members.append(("durationNs", .unsigned(durationNs))) }
        if let error { members.append(("error", .string(error))) }
        if let requiredRole { members.append(("requiredRole", .string(requiredRole.rawValue))) }
        if let omitted { members.append(("omitted", .integer(Int64(omitted)))) }
        return members
    }
}
