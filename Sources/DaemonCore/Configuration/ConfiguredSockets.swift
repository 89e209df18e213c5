import ControlAPI
import JSON

/// The sockets that the daemon makes itself where no service manager has.
struct ConfiguredSockets: Sendable, Hashable {
    /// For clients.
    var control = ConfiguredSocket()
    /// For those that only look.
    var readonly = ConfiguredSocket()
    /// For root and the daemon's own user.
    var admin = ConfiguredAdminSocket()

    /// Nothing is said.
    init() {}

    /// What is said of a socket; nil when no path is, without which there is none.
    subscript(_ socket: ControlSocket) -> ConfiguredSocket {
        switch socket {
        case .control: control
        case .readonly: readonly
        case .admin: ConfiguredSocket(path: admin.path)
        }
    }
}

/// A socket that the daemon makes.
struct ConfiguredSocket: Sendable, Hashable {
    /// Where.
    var path: String?
    /// The permissions of its file.
    var mode: NodeMode?
    /// The group of its file, by name or number.
    var group: String?
}

/// The socket that is for root and the daemon's own user alone, so that there is no more to be said than where it is.
struct ConfiguredAdminSocket: Sendable, Hashable {
    /// Where.
    var path: String?
}

extension ConfiguredSockets: JSONObjectReadable {
    static var schemaSummary: StaticString { "The sockets, where no service manager hands them over." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        control = try members.optional("control", "For clients.") ?? control
        readonly = try members.optional("readonly", "For clients that only look.") ?? readonly
        admin = try members.optional("admin", "For root and the daemon's own user.") ?? admin
        for (index, first) in ControlSocket.allCases.enumerated() {
            for second in ControlSocket.allCases[..<index] where self[first].path == self[second].path {
                guard let path = self[first].path else { continue }
                throw JSONReadError(
                    at: members.path.appending(member: first.rawValue).appending(member: "path"),
                    "\(path) is the path of \(second) too")
            }
        }
    }
}

extension ConfiguredSocket: JSONObjectReadable {
    static var schemaSummary: StaticString { "A socket." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        path = try members.socketPath()
        mode = try members.optional("mode", "The permissions of its file, octal; 0600 if absent.")
        group = try members.optional(
            "group", maximumLength: 256, "The group of its file, by name or number; the daemon's own if absent.")
    }
}

extension ConfiguredAdminSocket: JSONObjectReadable {
    static var schemaSummary: StaticString { "A socket whose file is 0600." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        path = try members.socketPath()
    }
}

extension JSONMemberSource {
    /// A unix socket's address has 108 bytes, one of them NUL.
    fileprivate mutating func socketPath() throws(JSONReadError) -> String? {
        let path: String? = try optional("path", maximumLength: 107, "Where it is: an absolute path.")
        try AbsolutePath.check(path, at: self.path.appending(member: "path"))
        return path
    }
}
