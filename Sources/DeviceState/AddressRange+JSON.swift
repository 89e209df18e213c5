public import JSON
public import Virtio

extension AddressRange: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A range of addresses, both ends included." }

    /// Reads a range; one that ends before it begins is refused.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let first: HexadecimalNumber = try members.required("first", "The lowest address.")
        let last: HexadecimalNumber = try members.required("last", "The highest address.")
        guard let range = AddressRange(first: first.value, last: last.value) else {
            throw JSONReadError(at: members.path, "last \(last) lies before first \(first)")
        }
        self = range
    }

    /// Writes the range.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("first", HexadecimalNumber(first))
        writer.member("last", HexadecimalNumber(last))
        writer.endObject()
    }
}
