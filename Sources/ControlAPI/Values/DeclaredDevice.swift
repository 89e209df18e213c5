public import JSON

/// A declared device, where it is declared, and whether it is there.
public struct DeclaredDevice: Sendable, Hashable {
    /// The file that declares it.
    public var file: String
    /// What it declares.
    public var declaration: Declaration
    /// How it compares with the running host.
    public var state: DeclarationState

    /// Describes a declared device.
    public init(file: String, declaration: Declaration, state: DeclarationState) {
        self.file = file
        self.declaration = declaration
        self.state = state
    }
}

extension DeclaredDevice: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "A declared device, where it is declared, and whether it is there."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        file = try members.required("file", "The file that declares it.")
        declaration = try members.required("declaration", "What it declares.")
        state = try members.required("state", "How it compares with the running host.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file", file)
        writer.member("declaration", declaration)
        writer.member("state", state)
        writer.endObject()
    }
}
