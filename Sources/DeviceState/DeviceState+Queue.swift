public import JSON
public import Virtio

extension DeviceState {
    /// One virtqueue.
    public struct Queue: Sendable, Hashable {
        /// Counted from 0.
        public var index: UInt16
        /// The largest number of descriptors.
        public var maximumSize: UInt32?
        /// The number of descriptors in use.
        public var size: UInt32?
        /// The layout of the ring.
        public var format: RingFormat?
        /// How far the device has come.
        public var position: RingPosition?
        /// The virtqueue group.
        public var group: UInt32?
        /// The group of the descriptors, where they have their own.
        public var descriptorGroup: UInt32?
        /// The address space of the group.
        public var addressSpace: UInt32?

        /// All members as given.
        public init(
            index: UInt16, maximumSize: UInt32? = nil, size: UInt32? = nil, format: RingFormat? = nil,
            position: RingPosition? = nil, group: UInt32? = nil, descriptorGroup: UInt32? = nil,
            addressSpace: UInt32? = nil
        ) {
            self.index = index
            self.maximumSize = maximumSize
            self.size = size
            self.format = format
            self.position = position
            self.group = group
            self.descriptorGroup = descriptorGroup
            self.addressSpace = addressSpace
        }
    }
}

extension DeviceState.Queue: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "One virtqueue." }

    /// Reads the members; format and position must agree.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.required("index", "Counted from 0.")
        maximumSize = try members.optional("maximumSize", "The largest number of descriptors.")
        size = try members.optional("size", "The number of descriptors in use.")
        format = try members.optional("format", "The layout of the ring.")
        position = try members.optional("position", "How far the device has come.")
        group = try members.optional("group", "The virtqueue group.")
        descriptorGroup = try members.optional(
            "descriptorGroup", "The group of the descriptors, where they have their own.")
        addressSpace = try members.optional("addressSpace", "The address space of the group.")
        if let format, let position, position.format != format {
            throw JSONReadError(
                at: members.path.appending(member: "position"), "this is no position of a \(format.rawValue) ring")
        }
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writer.member("maximumSize", ifPresent: maximumSize)
        writer.member("size", ifPresent: size)
        writer.member("format", ifPresent: format)
        writer.member("position", ifPresent: position)
        writer.member("group", ifPresent: group)
        writer.member("descriptorGroup", ifPresent: descriptorGroup)
        writer.member("addressSpace", ifPresent: addressSpace)
        writer.endObject()
    }
}
