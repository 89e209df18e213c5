internal import DeviceState
public import JSON
public import Virtio

/// A queue in which the device is to continue at an earlier position.
public struct QueueRewind: Sendable, Hashable {
    /// Counted from 0.
    public var index: UInt16
    /// Where the device is to continue.
    public var position: RingPosition

    /// Names a position in a queue.
    public init(index: UInt16, position: RingPosition) {
        self.index = index
        self.position = position
    }
}

extension QueueRewind: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "A queue in which the device is to continue at an earlier position."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.required("index", "Counted from 0.")
        position = try members.required("position", "Where the device is to continue.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writer.member("position", position)
        writer.endObject()
    }
}
