public import JSON

/// Who asked for an operation, as the kernel recorded it when the client connected.
public struct OperationPeer: Sendable, Hashable {
    /// The process; 0 when it is not visible in the daemon's pid namespace.
    public var pid: Int32
    /// Its user.
    public var uid: UInt32
    /// Its group.
    public var gid: UInt32

    /// Describes a client.
    public init(pid: Int32, uid: UInt32, gid: UInt32) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}

extension OperationPeer: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "Who asked for an operation, as the kernel recorded it when the client connected."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        pid = try members.required(
            "pid", in: 0...Int32.max, "The process; 0 when it is not visible in the daemon's pid namespace.")
        uid = try members.required("uid", "Its user.")
        gid = try members.required("gid", "Its group.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("pid", pid)
        writer.member("uid", uid)
        writer.member("gid", gid)
        writer.endObject()
    }
}
