/// One netlink attribute, viewed in the message that holds it. Integers are in the host's byte order.
public struct Attribute: ~Escapable {
    /// The attribute's number in its family.
    public let type: UInt16
    /// Its bytes, without padding.
    public let payload: RawSpan

    @_lifetime(copy payload)
    init(type: UInt16, payload: RawSpan) {
        self.type = type
        self.payload = payload
    }

    /// The payload as an integer.
    ///
    /// - Throws: `NetlinkError` `malformed` when it has another width.
    public func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        as type: Integer.Type = Integer.self
    ) throws(NetlinkError) -> Integer {
        let width = MemoryLayout<Integer>.size
        guard payload.byteCount == width else {
            throw NetlinkError(
                code: .malformed,
                message: "attribute \(self.type) has \(payload.byteCount) bytes where \(width) are expected")
        }
        return unsafe payload.unsafeLoadUnaligned(fromByteOffset: 0, as: Integer.self)
    }

    /// The payload as a string, up to its first NUL or its end; what is not UTF-8 becomes U+FFFD, since the kernel lets
    /// names be any bytes.
    public func string() -> String {
        String(decoding: bytes().prefix { $0 != 0 }, as: UTF8.self)
    }

    /// A copy of the payload.
    public func bytes() -> [UInt8] {
        unsafe payload.withUnsafeBytes { unsafe Array($0) }
    }
}
