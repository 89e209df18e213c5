public import JSON
public import Virtio

extension FileSystemConfiguration: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "The decoded configuration space of a file system device; what the device does not offer is left out."
    }

    /// Reads the fields that are there.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init()
        tag = try members.optional("tag", "The name under which a guest mounts it.")
        requestQueues = try members.optional("requestQueues", "Request queues.")
        notifyBufferSize = try members.optional(
            "notifyBufferBytes", "The size of each buffer of the notification queue.")
    }

    /// Writes the fields that are there.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("tag", ifPresent: tag)
        writer.member("requestQueues", ifPresent: requestQueues)
        writer.member("notifyBufferBytes", ifPresent: notifyBufferSize)
        writer.endObject()
    }
}
