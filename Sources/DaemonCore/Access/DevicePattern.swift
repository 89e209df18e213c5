import JSON
import Virtio

/// Names of devices as a grant has them: `*` stands for any characters, `?` for one.
struct DevicePattern: Sendable, Hashable {
    /// Every device that there is or may be.
    static let all = DevicePattern(unchecked: "*")

    /// The pattern as it is written.
    let text: String

    private init(unchecked text: String) {
        self.text = text
    }

    /// The pattern in this text; nil for one that no name can match.
    init?(_ text: String) {
        let name = text.replacing("*", with: "").replacing("?", with: "x")
        guard !text.isEmpty, name.isEmpty || (try? DeviceName(name + "x")) != nil else { return nil }
        self.text = text
    }

    /// Whether the pattern matches every name.
    var matchesAll: Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } }

    /// Whether the pattern matches a device's name.
    func matches(_ device: DeviceName) -> Bool {
        if text.utf8.count == 1, matchesAll { return true }
        return Self.matches(Array(text.utf8)[...], Array(device.string.utf8)[...])
    }

    /// With every `*` but the last one found as soon as it can be: a later place would leave less to the rest.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (at, position) = (pattern.startIndex, name.startIndex)
        var star: (at: Int, position: Int)?
        while position < name.endIndex {
            if at < pattern.endIndex, pattern[at] == UInt8(ascii: "*") {
                star = (at, position)
                at += 1
            } else if at < pattern.endIndex, pattern[at] == UInt8(ascii: "?") || pattern[at] == name[position] {
                at += 1
                position += 1
            } else if let last = star {
                star = (last.at, last.position + 1)
                (at, position) = (last.at + 1, last.position + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension DevicePattern: JSONReadable, JSONWritable {
    /// Reads a pattern.
    init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let pattern = DevicePattern(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "a device's name, with * and ? for any characters", found: value)
        }
        self = pattern
    }

    /// Writes the pattern.
    func write(to writer: inout JSONWriter) { writer.value(text) }

    /// A string.
    static var schema: JSONSchema { JSONSchema(.string()) }

    /// Any value.
    static var placeholder: DevicePattern { .all }
}
