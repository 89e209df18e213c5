public import JSON

/// How `device.open` brings a device up.
public struct DeviceInitialization: Sendable, Hashable {
    /// The ring size of every queue.
    public var queueSize: UInt16?

    /// The defaults, or a ring size.
    public init(queueSize: UInt16? = nil) {
        self.queueSize = queueSize
    }
}

extension DeviceInitialization: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "How a device is brought up: features, rings, DRIVER_OK." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        queueSize = try members.optional(
            "queueSize", in: 1...32_768, "The ring size of every queue, a power of two; the device's maximum if absent."
        )
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("queueSize", ifPresent: queueSize)
        writer.endObject()
    }
}
