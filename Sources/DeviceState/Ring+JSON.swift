public import JSON
public import Virtio

extension RingFormat: JSONStringEnum {
    /// For the documentation.
    public static var schemaSummary: StaticString? { "How the rings of a queue lie in memory." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .split: "Descriptor table, available ring and used ring."
        case .packed: "One descriptor ring."
        }
    }
}

extension RingPosition: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "How far a device has come in a queue. A split ring has only availableIndex, a packed ring all four members."
    }

    /// Reads a position; a packed one is complete or refused, and its indices have 15 bits.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let availableIndex: UInt16 = try members.required(
            "availableIndex", "The descriptor that the device takes next; 15 bits for a packed ring.")
        let availableWrap: Bool? = try members.optional(
            "availableWrapCounter", "Packed only: the driver's wrap counter at that index.")
        let usedIndex: UInt16? = try members.optional(
            "usedIndex", in: 0...0x7fff, "Packed only: the descriptor that the device uses next.")
        let usedWrap: Bool? = try members.optional(
            "usedWrapCounter", "Packed only: the device's wrap counter at that index.")
        switch (availableWrap, usedIndex, usedWrap) {
        case (nil, nil, nil):
            self = .split(availableIndex: availableIndex)
        case (let availableWrap?, let usedIndex?, let usedWrap?):
            guard availableIndex <= 0x7fff else {
                throw JSONReadError(
                    at: members.path.appending(member: "availableIndex"),
                    "\(availableIndex) is out of range 0...32767 of a packed ring")
            }
            self = .packed(
                availableIndex: availableIndex, availableWrapCounter: availableWrap,
                usedIndex: usedIndex, usedWrapCounter: usedWrap)
        default:
            throw JSONReadError(
                at: members.path, "availableWrapCounter, usedIndex and usedWrapCounter must come together or not at all"
            )
        }
    }

    /// Writes the position.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .split(let availableIndex):
            writer.member("availableIndex", availableIndex)
        case .packed(let availableIndex, let availableWrapCounter, let usedIndex, let usedWrapCounter):
            writer.member("availableIndex", availableIndex)
            writer.member("availableWrapCounter", availableWrapCounter)
            writer.member("usedIndex", usedIndex)
            writer.member("usedWrapCounter", usedWrapCounter)
        }
        writer.endObject()
    }
}
