package import JSON

/// A value that travels between vdpad and its own host processes (workers, the simulated host).
///
/// Both ends are the same binary, so the form has no versions: a message that cannot be read is `malformed`.
package protocol MessageValue {
    /// Reads the value.
    init(message value: JSONValue) throws(HostError)
    /// Writes exactly one JSON value.
    func writeMessage(to writer: inout JSONWriter)
}

extension MessageValue where Self: JSONReadable & JSONWritable {
    package init(message value: JSONValue) throws(HostError) {
        do throws(JSONReadError) {
            try self.init(value, at: JSONPath("message"))
        } catch {
            throw HostError(.malformed, "a message of a host process cannot be read: \(error)")
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        write(to: &writer)
    }
}

extension MessageValue where Self: RawRepresentable, RawValue: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        let rawValue = try RawValue(message: value)
        guard let known = Self(rawValue: rawValue) else {
            throw HostError(.malformed, "a message of a host process has the unknown \(Self.self) \(rawValue)")
        }
        self = known
    }

    package func writeMessage(to writer: inout JSONWriter) {
        rawValue.writeMessage(to: &writer)
    }
}

extension Bool: MessageValue {}
extension String: MessageValue {}
extension Int32: MessageValue {}
extension Int64: MessageValue {}
extension UInt8: MessageValue {}
extension UInt16: MessageValue {}
extension UInt32: MessageValue {}
extension UInt64: MessageValue {}
extension HexadecimalBytes: MessageValue {}

extension Array: MessageValue where Element: MessageValue {
    package init(message value: JSONValue) throws(HostError) {
        guard case .array(let elements) = value else {
            throw HostError(.malformed, "a message of a host process has no array where one is expected")
        }
        self = []
        reserveCapacity(elements.count)
        for element in elements {
            append(try Element(message: element))
        }
    }

    package func writeMessage(to writer: inout JSONWriter) {
        writer.beginArray()
        for element in self {
            element.writeMessage(to: &writer)
        }
        writer.endArray()
    }
}

extension JSONValue {
    /// The member with this name.
    package func member<Value: MessageValue>(_ name: String) throws(HostError) -> Value {
        guard let value: Value = try optionalMember(name) else {
            throw HostError(.malformed, "a message of a host process lacks \"\(name)\"")
        }
        return value
    }

    /// The member with this name; nil when it was left out.
    package func optionalMember<Value: MessageValue>(_ name: String) throws(HostError) -> Value? {
        guard let value = self[name] else { return nil }
        return try Value(message: value)
    }
}

extension JSONWriter {
    /// A member; nothing when the value is nil.
    package mutating func field(_ name: StaticString, _ value: (some MessageValue)?) {
        guard let value else { return }
        self.name(name)
        value.writeMessage(to: &self)
    }
}
