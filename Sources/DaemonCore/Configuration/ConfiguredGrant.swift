import ControlAPI
import JSON
import LinuxIO
import SystemPackage

/// A role that the configuration gives to somebody, as it is written there.
struct ConfiguredGrant: Sendable, Hashable {
    /// What it may do.
    var role: Role
    /// A user, by name or number.
    var user: String?
    /// A group, by name or number.
    var group: String?
    /// A unit of the system manager.
    var unit: String?
    /// On which devices.
    var devices: [DevicePattern] = [.all]

    /// Looks the names of users and groups up.
    ///
    /// - Throws: `JSONReadError` for a name that nobody has, and when it is not said whose the grant is, or said twice.
    func grant(at path: JSONPath) throws(JSONReadError) -> Grant {
        guard [user, group, unit].count(where: { $0 != nil }) == 1 else {
            throw JSONReadError(at: path, "exactly one of user, group and unit must be given")
        }
        let subject: Grant.Subject =
            if let user {
                .user(
                    try Self.number("user", user, at: path) { () throws(Errno) in
                        try UserDatabase.userID(nameOrNumber: user)
                    })
            } else if let group {
                .group(
                    try Self.number("group", group, at: path) { () throws(Errno) in
                        try UserDatabase.groupID(nameOrNumber: group)
                    })
            } else {
                .unit(unit ?? "")
            }
        return Grant(role: role, subject: subject, devices: devices)
    }

    private static func number(
        _ kind: String, _ name: String, at path: JSONPath, _ look: () throws(Errno) -> UInt32
    ) throws(JSONReadError) -> UInt32 {
        do throws(Errno) {
            return try look()
        } catch .noSuchFileOrDirectory {
            throw JSONReadError(at: path.appending(member: kind), "there is no \(kind) \"\(name)\"")
        } catch {
            throw JSONReadError(
                at: path.appending(member: kind),
                "the \(kind) \"\(name)\" cannot be looked up: \(error.symbol) (\(error))")
        }
    }
}

extension ConfiguredGrant: JSONObjectReadable {
    static var schemaSummary: StaticString { "A role for a user, a group or a unit." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        role = try members.required("role", "What it may do.")
        user = try members.optional("user", maximumLength: 256, "A user, by name or number.")
        group = try members.optional("group", maximumLength: 256, "A group, by name or number.")
        unit = try members.optional("unit", maximumLength: 255, "A unit of the system manager.")
        devices = try members.optional("devices", default: [.all], "The devices, by their names with * and ?.")
        if let unit, !SystemUnit.isName(unit) {
            throw JSONReadError(
                at: members.path.appending(member: "unit"), expected: "the name of a service or a scope",
                found: .string(unit))
        }
    }
}
