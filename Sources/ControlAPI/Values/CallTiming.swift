public import JSON

/// The bounds of the moment at which a kernel call took effect, in nanoseconds of CLOCK_MONOTONIC.
public struct CallTiming: Sendable, Hashable {
    /// The system call.
    public var call: String
    /// Just before it was entered.
    public var enteredAtNs: UInt64
    /// Just after it had returned.
    public var returnedAtNs: UInt64
    /// The time between the two.
    public var durationNs: UInt64

    /// Describes one call.
    public init(call: String, enteredAtNs: UInt64, returnedAtNs: UInt64) {
        self.call = call
        self.enteredAtNs = enteredAtNs
        self.returnedAtNs = returnedAtNs
        self.durationNs = returnedAtNs >= enteredAtNs ? returnedAtNs - enteredAtNs : 0
    }
}

extension CallTiming: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "The bounds of the moment at which a kernel call took effect." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        call = try members.required("call", "The system call.")
        enteredAtNs = try members.required("enteredAtNs", "CLOCK_MONOTONIC just before it was entered, in nanoseconds.")
        returnedAtNs = try members.required(
            "returnedAtNs", "CLOCK_MONOTONIC just after it had returned, in nanoseconds.")
        durationNs = try members.required("durationNs", "The time between the two, in nanoseconds.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("call", call)
        writer.member("enteredAtNs", enteredAtNs)
        writer.member("returnedAtNs", returnedAtNs)
        writer.member("durationNs", durationNs)
        writer.endObject()
    }
}

/// How long the guest was without a device: at least and at most, in nanoseconds.
public struct DowntimeBounds: Sendable, Hashable {
    /// From the return of SUSPEND to the entry of RESUME.
    public var minimumNs: UInt64
    /// From the entry of SUSPEND to the return of RESUME.
    public var maximumNs: UInt64

    /// Bounds a downtime.
    public init(minimumNs: UInt64, maximumNs: UInt64) {
        self.minimumNs = minimumNs
        self.maximumNs = maximumNs
    }
}

extension DowntimeBounds: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "Downtime" }
    public static var schemaSummary: StaticString { "How long the guest was without a device: at least and at most." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        minimumNs = try members.required(
            "minimumNs", "From the return of SUSPEND to the entry of RESUME, in nanoseconds.")
        maximumNs = try members.required(
            "maximumNs", "From the entry of SUSPEND to the return of RESUME, in nanoseconds.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("minimumNs", minimumNs)
        writer.member("maximumNs", maximumNs)
        writer.endObject()
    }
}
