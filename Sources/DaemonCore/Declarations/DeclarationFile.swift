import ControlAPI
import JSON

/// What a file of the declarations' directory says: one or several devices.
struct DeclarationFile: Sendable, Hashable {
    /// More than any host's devices need: for a file that got there by mistake.
    static let maximumBytes = 1 << 20

    /// What is declared, in the order of the file.
    var declarations: [Declaration]

    /// The text of a file that vdpad writes.
    var text: String {
        JSONValue(written: self).prettyPrinted + "\n"
    }
}

extension DeclarationFile: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "Declared devices." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        declarations = try members.required("devices", "The devices that are meant to be there.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", declarations)
        writer.endObject()
    }
}
