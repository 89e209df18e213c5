import ControlAPI
import JSON
import LinuxIO

/// For how long a stop lasts, as it is kept with the record of the stop: a restart honours it.
struct LeaseRecord: Sendable, Hashable {
    /// What it ends with.
    var kind: LeaseKind

    /// How long it lasts from each renewal, in milliseconds.
    var holdMs: UInt32?

    /// When it ends, in nanoseconds of CLOCK_BOOTTIME, which goes on while the host sleeps.
    var endsAtBootNs: UInt64?

    /// The connection that it ends with. Not on disk: none outlives the daemon, and the next one counts anew.
    var connection: UInt64?

    /// The operation that began it.
    var operation: String

    /// A lease of some time, from now on.
    static func hold(_ milliseconds: UInt32, _ operation: String) -> LeaseRecord {
        LeaseRecord(kind: .hold, holdMs: milliseconds, operation: operation).renewed()
    }

    /// The same lease, which lasts its whole time from now on.
    func renewed() -> LeaseRecord {
        var renewed = self
        renewed.endsAtBootNs = holdMs.map { SystemClock.bootTimeNanoseconds + UInt64($0) * 1_000_000 }
        return renewed
    }

    /// What is left of it, in nanoseconds; nil for a connection's.
    var remainingNs: UInt64? {
        endsAtBootNs.map { end in
            let now = SystemClock.bootTimeNanoseconds
            return end > now ? end - now : 0
        }
    }

    /// The contract's form.
    var description: Lease {
        Lease(kind: kind, holdMs: holdMs, remainingMs: remainingNs.map { $0 / 1_000_000 }, operation: operation)
    }
}

extension LeaseRecord: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "For how long a stop lasts." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        kind = try members.required("kind", "What it ends with.")
        holdMs = try members.optional("holdMs", "How long it lasts from each renewal, in milliseconds.")
        endsAtBootNs = try members.optional("endsAtBootNs", "When it ends, in nanoseconds of CLOCK_BOOTTIME.")
        operation = try members.required("operation", "The operation that began it.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", kind)
        writer.member("holdMs", ifPresent: holdMs)
        writer.member("endsAtBootNs", ifPresent: endsAtBootNs)
        writer.member("operation", operation)
        writer.endObject()
    }
}
