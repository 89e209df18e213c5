public import JSON
public import Virtio

extension DeviceName: JSONReadable, JSONWritable {
    /// Reads a name.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        let string = try String(value, at: path)
        do throws(DeviceNameError) {
            try self.init(string)
        } catch {
            throw JSONReadError(at: path, error.description)
        }
    }

    /// Writes the name.
    public func write(to writer: inout JSONWriter) {
        writer.value(string)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "DeviceName", .string(pattern: "^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$", maximumLength: maximumLength),
            description: "The name of a device on the vdpa bus.")
    }

    /// A name.
    public static var placeholder: DeviceName {
        do throws(DeviceNameError) {
            return try DeviceName("vdpa0")
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
