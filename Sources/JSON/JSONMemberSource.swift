/// Where an object type takes its members from. There are two: the reader of a value, and the recorder of a schema.
///
/// Each call declares one member: its name, its type, its limits and a sentence that says what it means, with the unit.
/// A member that is `null` counts as given.
public protocol JSONMemberSource {
    /// A member that must be there.
    mutating func required<T: JSONReadable>(_ name: StaticString, _ summary: StaticString) throws(JSONReadError) -> T
    /// An integer within a range, which must be there.
    mutating func required<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T
    /// A string of limited length in UTF-8 bytes, which must be there.
    mutating func required(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String
    /// A list of limited length, which must be there.
    mutating func required<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T]

    /// A member that may be left out.
    mutating func optional<T: JSONReadable>(_ name: StaticString, _ summary: StaticString) throws(JSONReadError) -> T?
    /// An integer within a range, which may be left out.
    mutating func optional<T: JSONReadable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, _ summary: StaticString
    ) throws(JSONReadError) -> T?
    /// A string of limited length in UTF-8 bytes, which may be left out.
    mutating func optional(
        _ name: StaticString, maximumLength: Int, _ summary: StaticString
    ) throws(JSONReadError) -> String?
    /// A list of limited length, which may be left out.
    mutating func optional<T: JSONReadable>(
        _ name: StaticString, maximumCount: Int, _ summary: StaticString
    ) throws(JSONReadError) -> [T]?

    /// A member with the value it has when it is left out.
    mutating func optional<T: JSONReadable & JSONWritable>(
        _ name: StaticString, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T
    /// An integer within a range, with the value it has when it is left out.
    mutating func optional<T: JSONReadable & JSONWritable & FixedWidthInteger>(
        _ name: StaticString, in range: ClosedRange<T>, default: T, _ summary: StaticString
    ) throws(JSONReadError) -> T

    /// The place of the object, for errors about several members together.
    var path: JSONPath { get }
}
