public import DeviceState
public import JSON
public import Virtio

/// Something that has happened. Which members it has follows from its kind.
public struct Event: Sendable, Hashable {
    /// Its place in the order of all events of one run of the daemon, from 1; that of `overflow` is the last event's lost.
    public var sequence: UInt64 = 0
    /// When, by the wall clock, as RFC 3339 in UTC.
    public var at = ""
    /// When, by CLOCK_MONOTONIC, in nanoseconds.
    public var atNs: UInt64 = 0
    /// What has happened.
    public var kind: EventKind
    /// The device concerned.
    public var device: DeviceName?
    /// The devices concerned, where there may be several.
    public var devices: [DeviceName]?
    /// The id of the operation.
    public var operation: String?
    /// The method whose call the operation is.
    public var method: String?
    /// What the operation has reached.
    public var phase: String?
    /// How the operation has ended.
    public var outcome: String?
    /// The run state now.
    public var runState: RunState?
    /// The run state before.
    public var former: RunState?
    /// The status now.
    public var status: NamedMask?
    /// The driver of the vdpa bus.
    public var driver: String?
    /// The device's node.
    public var node: String?
    /// The process.
    public var holder: HolderInfo?
    /// In how many milliseconds the lease ends.
    public var expiresInMs: UInt64?
    /// The problem of the daemon's health.
    public var problem: HealthProblem?
    /// False when the problem is over.
    public var raised: Bool?
    /// Why, in one sentence.
    public var reason: String?
    /// How many events were lost.
    public var lost: UInt64?

    /// An event that has not been given its place and time.
    public init(_ kind: EventKind, device: DeviceName? = nil) {
        self.kind = kind
        self.device = device
    }
}

extension Event: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Something that has happened." }

    /// Reads the object, or the members that a notification adds its subscription to.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        sequence = try members.required(
            "sequence",
            "Its place in the order of all events of one run of the daemon; after `overflow` that of the last one lost."
        )
        at = try members.required("at", "When, by the wall clock, as RFC 3339 in UTC.")
        atNs = try members.required("atNs", "When, by CLOCK_MONOTONIC, in nanoseconds.")
        kind = try members.required("kind", "What has happened.")
        device = try members.optional("device", "The device concerned.")
        devices = try members.optional("devices", "The devices concerned, where there may be several.")
        operation = try members.optional("operation", "The id of the operation.")
        method = try members.optional("method", "The method whose call the operation is.")
        phase = try members.optional("phase", "What the operation has reached.")
        outcome = try members.optional("outcome", "How the operation has ended.")
        runState = try members.optional("runState", "The run state now.")
        former = try members.optional("former", "The run state before.")
        status = try members.optional("status", "The device's status now.")
        driver = try members.optional("driver", "The driver of the vdpa bus.")
        node = try members.optional("node", "The device's node.")
        holder = try members.optional("holder", "The process, if it is known.")
        expiresInMs = try members.optional("expiresInMs", "In how many milliseconds the lease ends.")
        problem = try members.optional("problem", "The problem of the daemon's health.")
        raised = try members.optional("raised", "False when the problem is over.")
        reason = try members.optional("reason", "Why, in one sentence.")
        lost = try members.optional(
            "lost", "How many events that match, or may have matched, were lost; absent where nobody can tell.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// Writes the members into an object that has been begun.
    public func writeMembers(to writer: inout JSONWriter) {
        writer.member("sequence", sequence)
        writer.member("at", at)
        writer.member("atNs", atNs)
        writer.member("kind", kind)
        writer.member("device", ifPresent: device)
        writer.member("devices", ifPresent: devices)
        writer.member("operation", ifPresent: operation)
        writer.member("method", ifPresent: method)
        writer.member("phase", ifPresent: phase)
        writer.member("outcome", ifPresent: outcome)
        writer.member("runState", ifPresent: runState)
        writer.member("former", ifPresent: former)
        writer.member("status", ifPresent: status)
        writer.member("driver", ifPresent: driver)
        writer.member("node", ifPresent: node)
        writer.member("holder", ifPresent: holder)
        writer.member("expiresInMs", ifPresent: expiresInMs)
        writer.member("problem", ifPresent: problem)
        writer.member("raised", ifPresent: raised)
        writer.member("reason", ifPresent: reason)
        writer.member("lost", ifPresent: lost)
    }
}
