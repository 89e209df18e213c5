/// An attribute of a request.
public struct RequestAttribute: Sendable, Hashable {
    /// The attribute's number in its family.
    public var type: UInt16
    /// Its bytes.
    public var payload: [UInt8]

    /// A string, with the NUL that kernels expect although their policy does not ask for it.
    public static func string(_ type: UInt16, _ value: String) -> RequestAttribute {
        RequestAttribute(type: type, payload: Array(value.utf8) + [0])
    }

    /// Bytes as they are.
    public static func bytes(_ type: UInt16, _ value: [UInt8]) -> RequestAttribute {
        RequestAttribute(type: type, payload: value)
    }

    /// An integer in the host's byte order, as wide as its type.
    public static func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: UInt16, _ value: Integer
    ) -> RequestAttribute {
        RequestAttribute(type: type, payload: unsafe withUnsafeBytes(of: value) { unsafe Array($0) })
    }
}
