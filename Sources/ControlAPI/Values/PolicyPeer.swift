public import JSON

/// Who makes a call, as far as it decides what is allowed.
public struct PolicyPeer: Sendable, Hashable {
    /// The socket that it comes by.
    public var socket: ControlSocket
    /// Its user.
    public var uid: UInt32
    /// Its groups.
    public var gids: [UInt32]
    /// Its unit of the system manager.
    public var unit: String?

    /// Describes a peer.
    public init(socket: ControlSocket, uid: UInt32, gids: [UInt32], unit: String?) {
        self.socket = socket
        self.uid = uid
        self.gids = gids
        self.unit = unit
    }
}

extension PolicyPeer: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Who makes a call, as far as it decides what is allowed." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        socket = try members.required("socket", "The socket that it comes by.")
        uid = try members.required("uid", "Its user.")
        gids = try members.required("gids", "Its groups.")
        unit = try members.optional("unit", "Its unit of the system manager.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("socket", socket)
        writer.member("uid", uid)
        writer.member("gids", gids)
        writer.member("unit", ifPresent: unit)
        writer.endObject()
    }
}
