public import JSON
public import Virtio

extension DeviceState {
    /// The configuration space.
    public struct Configuration: Sendable, Hashable {
        /// Bytes.
        public var size: Int
        /// All bytes.
        public var raw: HexadecimalBytes
        /// Decoded, for a network device.
        public var net: NetworkConfiguration?
        /// Decoded, for a block device.
        public var block: BlockConfiguration?
        /// Decoded, for a file system device.
        public var fs: FileSystemConfiguration?

        /// All members as given.
        public init(
            size: Int, raw: HexadecimalBytes, net: NetworkConfiguration? = nil, block: BlockConfiguration? = nil,
            fs: FileSystemConfiguration? = nil
        ) {
            self.size = size
            self.raw = raw
            self.net = net
            self.block = block
            self.fs = fs
        }
    }
}

extension DeviceState.Configuration: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "The configuration space." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        size = try members.required("size", in: 0...Int.max, "Bytes.")
        raw = try members.required("raw", "All bytes.")
        net = try members.optional("net", "Decoded, for a network device.")
        block = try members.optional("block", "Decoded, for a block device.")
        fs = try members.optional("fs", "Decoded, for a file system device.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("size", size)
        writer.member("raw", raw)
        writer.member("net", ifPresent: net)
        writer.member("block", ifPresent: block)
        writer.member("fs", ifPresent: fs)
        writer.endObject()
    }
}
