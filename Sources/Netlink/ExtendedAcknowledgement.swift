import CNetlink

/// The text that the kernel may put behind an error, an acknowledgement or the end of a dump.
///
/// Source: linux/netlink.h, NLM_F_ACK_TLVS and NLM_F_CAPPED; netlink_ack and netlink_dump_done in af_netlink.c.
struct ExtendedAcknowledgement: ~Escapable {
    private static let headerSize = 16
    private static let cappedFlag: UInt16 = 0x100
    private static let attributesFlag: UInt16 = 0x200
    private static let messageAttribute: UInt16 = 1

    private let message: RawSpan
    private let flags: UInt16

    /// Views the message that begins at this header; libnl has checked that its length lies in the buffer.
    @_lifetime(borrow header)
    init(_ header: UnsafePointer<nlmsghdr>) {
        let span = unsafe RawSpan(_unsafeStart: header, byteCount: Int(header.pointee.nlmsg_len))
        message = unsafe _overrideLifetime(span, borrowing: header)
        flags = unsafe header.pointee.nlmsg_flags
    }

    /// The text of an NLMSG_ERROR message: error, header of the request, the request itself unless capped, attributes.
    var textOfError: String? {
        let echo = Self.headerSize + 4
        guard message.byteCount >= echo + Self.headerSize else { return nil }
        var offset = echo + Self.headerSize
        if flags & Self.cappedFlag == 0 {
            let length = Int(unsafe message.unsafeLoadUnaligned(fromByteOffset: echo, as: UInt32.self))
            offset = echo + (max(length, Self.headerSize) + 3) & ~3
        }
        return text(at: offset)
    }

    /// The text of an NLMSG_DONE message: error, attributes.
    var textOfEnd: String? {
        text(at: Self.headerSize + 4)
    }

    /// 0 or -errno of an NLMSG_DONE message.
    var errorOfEnd: Int32 {
        guard message.byteCount >= Self.headerSize + 4 else { return 0 }
        return unsafe message.unsafeLoadUnaligned(fromByteOffset: Self.headerSize, as: Int32.self)
    }

    private func text(at offset: Int) -> String? {
        guard flags & Self.attributesFlag != 0, offset <= message.byteCount else { return nil }
        var reader = AttributeReader(message.extracting(offset...))
        // A text that cannot be read is no reason to lose the error that it belongs to.
        while let attribute = try? reader.next() {
            if attribute.type == Self.messageAttribute { return attribute.string() }
        }
        return nil
    }
}
