import ControlAPI
import DeviceState
import JSON

/// An operation as it is kept: a restart must not forget what was done, nor a repetition do it again.
struct OperationRecord: StoredRecord, Hashable {
    /// What its clients see.
    var operation: Operation

    /// Tells the method and its parameters from others, for a repetition under the same key.
    var fingerprint: String

    /// True when nothing was to be done.
    var isDryRun = false

    /// The boot in which it began.
    var bootID: String

    /// When it ended, in nanoseconds of CLOCK_BOOTTIME.
    var endedAtBootNs: UInt64?

    var fileName: String { operation.id }
}

extension OperationRecord: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "An operation as it is kept." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operation = try members.required("operation", "What its clients see.")
        fingerprint = try members.required("fingerprint", "Tells the method and its parameters from others.")
        isDryRun = try members.optional("dryRun", default: false, "True when nothing was to be done.")
        bootID = try members.required("bootId", "The boot in which it began.")
        endedAtBootNs = try members.optional("endedAtBootNs", "When it ended, in nanoseconds of CLOCK_BOOTTIME.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operation", operation)
        writer.member("fingerprint", fingerprint)
        writer.member("dryRun", isDryRun)
        writer.member("bootId", bootID)
        writer.member("endedAtBootNs", ifPresent: endedAtBootNs)
        writer.endObject()
    }
}
