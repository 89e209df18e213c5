public import JSON

/// A process that has a device's node open.
public struct HolderInfo: Sendable, Hashable {
    /// The process.
    public var pid: Int32
    /// Its name, chosen by itself: a hint, no identity.
    public var comm: String
    /// When it was started, in clock ticks since boot; with the pid it identifies the process for good.
    public var startTime: UInt64
    /// The systemd unit that it runs in.
    public var unit: String?
    /// The number of its descriptor.
    public var descriptor: Int32

    /// Describes a holder.
    public init(pid: Int32, comm: String, startTime: UInt64, unit: String?, descriptor: Int32) {
        self.pid = pid
        self.comm = comm
        self.startTime = startTime
        self.unit = unit
        self.descriptor = descriptor
    }
}

extension HolderInfo: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "Holder" }
    public static var schemaSummary: StaticString { "A process that has a device's node open." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        pid = try members.required("pid", in: 1...Int32.max, "The process.")
        comm = try members.required("comm", "Its name, chosen by itself: a hint, no identity.")
        startTime = try members.required(
            "startTime", "Clock ticks from boot to its start; with the pid it identifies the process for good.")
        unit = try members.optional("unit", "The systemd unit that it runs in.")
        descriptor = try members.required("descriptor", in: 0...Int32.max, "The number of its descriptor.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("pid", pid)
        writer.member("comm", comm)
        writer.member("startTime", startTime)
        writer.member("unit", ifPresent: unit)
        writer.member("descriptor", descriptor)
        writer.endObject()
    }
}

/// How a caller names the holder of a device, so that vdpad need not search for it.
public struct HolderSelector: Sendable, Hashable {
    /// The process that has the node open.
    public var pid: Int32

    /// Names a process.
    public init(pid: Int32) {
        self.pid = pid
    }
}

extension HolderSelector: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "The process that holds the device, so that it need not be searched."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        pid = try members.required("pid", in: 1...Int32.max, "The process that has the node open.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("pid", pid)
        writer.endObject()
    }
}
