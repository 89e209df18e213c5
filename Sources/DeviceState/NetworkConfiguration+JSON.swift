public import JSON
public import Virtio

extension NetworkConfiguration: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "The decoded configuration space of a network device; what the device does not offer is left out."
    }

    /// Reads the fields that are there.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init()
        macAddress = try members.optional("mac", "The Ethernet address.")
        status = try members.optional("status", "Bit 0 link up, bit 1 announcement wanted.")
        maximumQueuePairs = try members.optional("maximumQueuePairs", "Pairs of receive and transmit queues.")
        mtu = try members.optional("mtuBytes", "The largest packet.")
        speed = try members.optional("speedMbps", "0 to 2147483647; any other value is unknown.")
        duplex = try members.optional("duplex", "0 half, 1 full; any other value is unknown.")
        maximumRSSKeySize = try members.optional("maximumRssKeyBytes", "The longest key of receive-side scaling.")
        maximumRSSTableLength = try members.optional("maximumRssTableLength", "Entries of the indirection table.")
        supportedHashTypes = try members.optional("supportedHashTypes", "Mask of hash types.")
        supportedTunnelTypes = try members.optional(
            "supportedTunnelTypes", "Mask of the tunnels whose inner headers are hashed.")
    }

    /// Writes the fields that are there.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mac", ifPresent: macAddress)
        writer.member("status", ifPresent: status)
        writer.member("maximumQueuePairs", ifPresent: maximumQueuePairs)
        writer.member("mtuBytes", ifPresent: mtu)
        writer.member("speedMbps", ifPresent: speed)
        writer.member("duplex", ifPresent: duplex)
        writer.member("maximumRssKeyBytes", ifPresent: maximumRSSKeySize)
        writer.member("maximumRssTableLength", ifPresent: maximumRSSTableLength)
        writer.member("supportedHashTypes", ifPresent: supportedHashTypes)
        writer.member("supportedTunnelTypes", ifPresent: supportedTunnelTypes)
        writer.endObject()
    }
}
