/// Reads netlink attributes in place, one after the other.
///
/// Every length is checked here, once. Order, repetition and unknown types are the caller's business.
public struct AttributeReader: ~Escapable {
    private static let headerSize = 4
    /// The two high bits of the type are flags: nested, network byte order.
    private static let typeMask: UInt16 = 0x3fff

    private let bytes: RawSpan
    private var offset = 0

    /// Reads the attributes in `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    /// The next attribute; nil at the end.
    ///
    /// - Throws: `NetlinkError` `malformed` when the length leads out of the message.
    @_lifetime(self: copy self)
    @_lifetime(copy self)
    public mutating func next() throws(NetlinkError) -> Attribute? {
        guard offset + Self.headerSize <= bytes.byteCount else { return nil }
        let length = Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
        let type = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset + 2, as: UInt16.self) & Self.typeMask
        guard length >= Self.headerSize, offset + length <= bytes.byteCount else {
            let left = bytes.byteCount - offset
            throw NetlinkError(
                code: .malformed,
                message: "attribute \(type) at byte \(offset) has length \(length); \(left) are left")
        }
        let payload = bytes.extracting(offset + Self.headerSize..<offset + length)
        offset += (length + 3) & ~3
        return Attribute(type: type, payload: payload)
    }
}
