/// A JSON value. Integers are exact over the whole range of Int64 and UInt64; a number written with a fraction or an
/// exponent is a double.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// An integer above `Int64.max`; smaller ones are always `integer`, so that equal numbers are equal values.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; the parser refuses duplicate names.
    case object([JSONMember])

    /// The value of the member with this name, or nil when there is none or the value is not an object.
    @inlinable
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.hasName(name) {
            return member.value
        }
        return nil
    }

    /// The integer in its only valid case.
    @inlinable
    public init(_ integer: some FixedWidthInteger) {
        if let signed = Int64(exactly: integer) {
            self = .integer(signed)
        } else {
            self = .unsigned(UInt64(integer))
        }
    }
}
