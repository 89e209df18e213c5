public import JSON

/// For how long a device stays stopped: at its end vdpad resumes it.
public struct Lease: Sendable, Hashable {
    /// What it ends with.
    public var kind: LeaseKind
    /// How long it lasts from each renewal, in milliseconds; nil for one that ends with a connection.
    public var holdMs: UInt32?
    /// What is left of it, in milliseconds.
    public var remainingMs: UInt64?
    /// The operation that began it; a call that names it renews it.
    public var operation: String

    /// Describes a lease.
    public init(kind: LeaseKind, holdMs: UInt32?, remainingMs: UInt64?, operation: String) {
        self.kind = kind
        self.holdMs = holdMs
        self.remainingMs = remainingMs
        self.operation = operation
    }
}

extension Lease: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "For how long a device stays stopped: at its end vdpad resumes it."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        kind = try members.required("kind", "What it ends with.")
        holdMs = try members.optional(
            "holdMs", "How long it lasts from each renewal, in milliseconds; absent for a connection's.")
        remainingMs = try members.optional("remainingMs", "What is left of it, in milliseconds.")
        operation = try members.required(
            "operation", "The operation that began it; a call that names it renews it.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", kind)
        writer.member("holdMs", ifPresent: holdMs)
        writer.member("remainingMs", ifPresent: remainingMs)
        writer.member("operation", operation)
        writer.endObject()
    }
}
