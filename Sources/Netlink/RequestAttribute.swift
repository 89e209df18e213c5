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
}
