public import JSON
public import Virtio

extension HostDescription {
    /// A configuration space as far as it is known: netlink tells some fields of a device that nobody has open.
    public struct Configuration: Sendable, Hashable {
        /// Bytes.
        public var size: UInt32?
        /// All bytes.
        public var raw: HexadecimalBytes?
        /// Decoded, for a network device.
        public var net: NetworkConfiguration?
        /// Decoded, for a block device.
        public var block: BlockConfiguration?

        /// Nothing known.
        public init() {}
    }
}

extension HostDescription.Configuration: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A configuration space, as far as it is known." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        size = try members.optional("size", "Bytes.")
        raw = try members.optional("raw", "All bytes.")
        net = try members.optional("net", "Decoded, for a network device.")
        block = try members.optional("block", "Decoded, for a block device.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("size", ifPresent: size)
        writer.member("raw", ifPresent: raw)
        writer.member("net", ifPresent: net)
        writer.member("block", ifPresent: block)
        writer.endObject()
    }
}
