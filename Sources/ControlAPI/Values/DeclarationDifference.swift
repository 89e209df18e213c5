public import JSON
public import Virtio

/// What of a declared device is not as it is declared.
public struct DeclarationDifference: Sendable, Hashable {
    /// The device.
    public var device: DeviceName
    /// The file that declares it.
    public var file: String
    /// How it compares with the running host.
    public var state: DeclarationState
    /// What differs or cannot be read, in the order of a declaration; empty for a device that is absent.
    public var fields: [DeclaredFieldDifference]

    /// Describes the differences of a device.
    public init(device: DeviceName, file: String, state: DeclarationState, fields: [DeclaredFieldDifference]) {
        self.device = device
        self.file = file
        self.state = state
        self.fields = fields
    }
}

extension DeclarationDifference: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What of a declared device is not as it is declared." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        file = try members.required("file", "The file that declares it.")
        state = try members.required("state", "How it compares with the running host.")
        fields = try members.required(
            "fields",
            "What differs or cannot be read, in the order of a declaration; empty for a device that is absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("file", file)
        writer.member("state", state)
        writer.member("fields", fields)
        writer.endObject()
    }
}
