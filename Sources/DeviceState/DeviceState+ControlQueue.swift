public import JSON
public import Virtio

extension DeviceState {
    /// What the driver of a network device has set through the control queue, which no call reads from a device.
    /// Source: virtio 1.3 §5.1.6.5.
    ///
    /// A member that is nil is not known.
    public struct ControlQueue: Sendable, Hashable {
        /// Pairs of receive and transmit queues in use.
        public var queuePairs: UInt16?
        /// The Ethernet address, if the driver has set another one.
        public var mac: MACAddress?
        /// Whether every packet is received.
        public var promiscuous: Bool?
        /// Whether every multicast packet is received.
        public var allMulticast: Bool?
        /// The unicast addresses that are received beside `mac`.
        public var unicast: [MACAddress]?
        /// The multicast addresses that are received.
        public var multicast: [MACAddress]?
        /// The VLANs that are received.
        public var vlans: [UInt16]?
        /// The guest's offloads that are on, as feature bits.
        public var guestOffloads: HexadecimalNumber?

        /// Nothing known.
        public init() {}
    }
}

extension DeviceState.ControlQueue: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "What the driver of a network device has set through the control queue; what is not known is left out."
    }

    /// Reads the members that are there.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init()
        queuePairs = try members.optional("queuePairs", "Pairs of receive and transmit queues in use.")
        mac = try members.optional("mac", "The Ethernet address, if the driver has set another one.")
        promiscuous = try members.optional("promiscuous", "Whether every packet is received.")
        allMulticast = try members.optional("allMulticast", "Whether every multicast packet is received.")
        unicast = try members.optional("unicast", "The unicast addresses that are received beside mac.")
        multicast = try members.optional("multicast", "The multicast addresses that are received.")
        vlans = try members.optional("vlans", "The VLANs that are received.")
        guestOffloads = try members.optional("guestOffloads", "The guest's offloads that are on, as feature bits.")
    }

    /// Writes the members that are there.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("queuePairs", ifPresent: queuePairs)
        writer.member("mac", ifPresent: mac)
        writer.member("promiscuous", ifPresent: promiscuous)
        writer.member("allMulticast", ifPresent: allMulticast)
        writer.member("unicast", ifPresent: unicast)
        writer.member("multicast", ifPresent: multicast)
        writer.member("vlans", ifPresent: vlans)
        writer.member("guestOffloads", ifPresent: guestOffloads)
        writer.endObject()
    }
}
