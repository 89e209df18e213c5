/// One member of a JSON object.
public struct JSONMember: Sendable, Hashable {
    /// The name, unescaped.
    public var name: String
    /// The value.
    public var value: JSONValue

    /// A member with this name and value.
    @inlinable
    public init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }

    /// Compares code units: Swift's `==` also takes names for equal that differ in bytes but not after normalisation.
    @inlinable
    func hasName(_ other: String) -> Bool {
        name == other && name.utf8.elementsEqual(other.utf8)
    }

    /// Compares code units with a name that the program declares.
    @inlinable
    func hasName(_ other: StaticString) -> Bool {
        guard name.utf8.count == other.utf8CodeUnitCount else { return false }
        return unsafe name.utf8.elementsEqual(
            UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}
