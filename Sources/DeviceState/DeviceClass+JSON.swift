public import JSON
public import Virtio

extension DeviceClass: JSONReadable, JSONWritable {
    /// Reads the name of a class.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let known = DeviceClass(name: try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "a class such as net, block or class99", found: value)
        }
        self = known
    }

    /// Writes the name.
    public func write(to writer: inout JSONWriter) {
        writer.value(name)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "DeviceClass", .string(pattern: "^[a-z0-9][A-Za-z0-9]*$"),
            description: "The class of a virtio device, such as net or block; one without a name is class and its id.")
    }

    /// A class.
    public static var placeholder: DeviceClass { .net }
}
