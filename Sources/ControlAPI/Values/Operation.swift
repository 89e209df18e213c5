internal import DeviceState
public import JSON
public import Virtio

/// A call that changes something: who asked for it, how far it is, and how it ended.
public struct Operation: Sendable, Hashable {
    /// Unique, over restarts too.
    public var id: String
    /// The method that began it.
    public var kind: String
    /// The devices that it concerns.
    public var devices: [DeviceName]
    /// Where it is.
    public var state: OperationState
    /// Its steps, in order; nil where `operation.list` leaves them out.
    public var phases: [OperationPhase]?
    /// When it was asked for (RFC 3339, UTC).
    public var startedAt: String
    /// When it was asked for, in nanoseconds of CLOCK_MONOTONIC.
    public var startedAtNs: UInt64
    /// When it ended, in nanoseconds of CLOCK_MONOTONIC.
    public var endedAtNs: UInt64?
    /// Who asked for it.
    public var peer: OperationPeer
    /// What the caller named it.
    public var idempotencyKey: String?
    /// What the method answered.
    public var result: JSONText?
    /// Why it failed.
    public var error: ControlError?
    /// The leases that it began.
    public var leases: [DeviceLease]

    /// Describes an operation that begins.
    public init(
        id: String, kind: String, devices: [DeviceName], startedAt: String, startedAtNs: UInt64, peer: OperationPeer,
        idempotencyKey: String?
    ) {
        self.id = id
        self.kind = kind
        self.devices = devices
        state = .running
        phases = []
        self.startedAt = startedAt
        self.startedAtNs = startedAtNs
        self.peer = peer
        self.idempotencyKey = idempotencyKey
        leases = []
    }
}

extension Operation: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "A call that changes something: who asked for it, how far it is, and how it ended."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        id = try members.required("id", "Unique, over restarts too.")
        kind = try members.required("kind", "The method that began it.")
        devices = try members.required("devices", "The devices that it concerns.")
        state = try members.required("state", "Where it is.")
        phases = try members.optional("phases", "Its steps, in order; operation.list leaves them out.")
        let startedAt: TimeText = try members.required("startedAt", "When it was asked for.")
        self.startedAt = startedAt.string
        startedAtNs = try members.required(
            "startedAtNs", "When it was asked for, in nanoseconds of CLOCK_MONOTONIC.")
        endedAtNs = try members.optional("endedAtNs", "When it ended, in nanoseconds of CLOCK_MONOTONIC.")
        peer = try members.required("peer", "Who asked for it.")
        idempotencyKey = try members.optional("idempotencyKey", "What the caller named it.")
        result = try members.optional("result", "What the method answered; operation.list leaves it out.")
        error = try members.optional(
            "error", "Why it failed; operation.list leaves out what became of each member or step.")
        leases = try members.required("leases", "The leases that it began and that last.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("kind", kind)
        writer.member("devices", devices)
        writer.member("state", state)
        writer.member("phases", ifPresent: phases)
        writer.member("startedAt", startedAt)
        writer.member("startedAtNs", startedAtNs)
        writer.member("endedAtNs", ifPresent: endedAtNs)
        writer.member("peer", peer)
        writer.member("idempotencyKey", ifPresent: idempotencyKey)
        writer.member("result", ifPresent: result)
        writer.member("error", ifPresent: error)
        writer.member("leases", leases)
        writer.endObject()
    }
}
