public import JSON
public import Virtio

/// What is wrong with a declaration.
public struct DeclarationProblem: Sendable, Hashable {
    /// The file, or the directory when that cannot be read.
    public var file: String
    /// The line, from 1; nil when it is the file as a whole.
    public var line: Int?
    /// The column in characters, from 1.
    public var column: Int?
    /// The device that is declared there, if it is known.
    public var device: DeviceName?
    /// What is wrong, in one sentence.
    public var message: String

    /// Describes a problem.
    public init(file: String, line: Int? = nil, column: Int? = nil, device: DeviceName? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.device = device
        self.message = message
    }
}

extension DeclarationProblem: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: what`, which editors can follow.
    public var description: String {
        guard let line, let column else { return "\(file): \(message)" }
        return "\(file):\(line):\(column): \(message)"
    }
}

extension DeclarationProblem: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What is wrong with a declaration." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        file = try members.required("file", "The file, or the directory when that cannot be read.")
        line = try members.optional(
            "line", in: 1...Int.max, "The line, from 1; absent when it is the file as a whole.")
        column = try members.optional("column", in: 1...Int.max, "The column in characters, from 1.")
        device = try members.optional("device", "The device that is declared there, if it is known.")
        message = try members.required("message", "What is wrong, in one sentence.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file", file)
        writer.member("line", ifPresent: line)
        writer.member("column", ifPresent: column)
        writer.member("device", ifPresent: device)
        writer.member("message", message)
        writer.endObject()
    }
}
