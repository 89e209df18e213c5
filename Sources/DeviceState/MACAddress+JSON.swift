public import JSON
public import Virtio

extension MACAddress: JSONReadable, JSONWritable {
    /// Reads an address.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let address = MACAddress(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: "an address such as aa:bb:cc:dd:ee:ff", found: value)
        }
        self = address
    }

    /// Writes the address, lower case.
    public func write(to writer: inout JSONWriter) {
        writer.value(description)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "MACAddress", .string(pattern: "^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$"),
            description: "An Ethernet address: six bytes, hexadecimal, with colons.")
    }

    /// An address.
    public static var placeholder: MACAddress {
        guard let address = MACAddress(bytes: [0, 0, 0, 0, 0, 0]) else { preconditionFailure("six bytes") }
        return address
    }
}
