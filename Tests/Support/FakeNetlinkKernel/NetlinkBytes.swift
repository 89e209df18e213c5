/// Builds messages byte by byte, as linux/netlink.h lays them out, independently of libnl.
public enum NetlinkBytes {
    /// nlmsghdr and payload: length u32, type u16, flags u16, sequence u32, port u32.
    public static func message(type: UInt16, flags: UInt16 = 0, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt32(16 + payload.count)
        return padded(little(length) + little(type) + little(flags) + little(UInt32(0)) + little(UInt32(0)) + payload)
    }

    /// An answer of a generic netlink family: command u8, version u8, reserved u16, attributes.
    public static func answer(
        family: UInt16, command: UInt8, flags: UInt16 = 0, _ attributes: [[UInt8]]
    ) -> [UInt8] {
        message(type: family, flags: flags, [command, 1, 0, 0] + attributes.flatMap { $0 })
    }

    /// A request for one object, to be acknowledged, as `FakeNetlinkKernel.requests` shows it.
    public static func request(family: UInt16, command: UInt8, _ attributes: [[UInt8]]) -> [UInt8] {
        answer(family: family, command: command, flags: 5, attributes)
    }

    /// nlattr: length u16, type u16, payload, padding to 4 bytes.
    public static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
        padded(little(UInt16(4 + payload.count)) + little(type) + payload)
    }

    /// An attribute with an integer in the host's byte order.
    public static func attribute(_ type: UInt16, _ value: some FixedWidthInteger) -> [UInt8] {
        attribute(type, little(value))
    }

    /// An attribute with a string and its NUL.
    public static func attribute(_ type: UInt16, _ value: String) -> [UInt8] {
        attribute(type, Array(value.utf8) + [0])
    }

    /// NLMSG_ERROR with error 0 or -errno, the request's header capped, and a text as extended acknowledgement.
    public static func acknowledgement(error: Int32 = 0, text: String? = nil) -> [UInt8] {
        let header = [UInt8](repeating: 0, count: 16)
        let capped: UInt16 = 0x100
        guard let text else { return message(type: 2, flags: capped, little(error) + header) }
        return message(type: 2, flags: capped | 0x200, little(error) + header + attribute(1, text))
    }

    /// NLMSG_DONE with error 0 or -errno.
    public static func end(error: Int32 = 0, text: String? = nil) -> [UInt8] {
        let textBytes = text.map { attribute(1, $0) } ?? []
        return message(type: 3, flags: text == nil ? 2 : 0x202, little(error) + textBytes)
    }

    /// The bytes of an integer, lowest first: the tests run on little-endian machines.
    public static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: -bytes.count & 3)
    }
}
