import ControlAPI
import DeviceState
import JSON
import LinuxIO
import VDPA
import Virtio

/// What vdpad remembers of a device that it has stopped, or may have: the kernel has no query for it.
///
/// The record is on disk before the act that it announces, so that whoever starts after a crash knows what may be stopped.
struct RunRecord: DeviceRecord, Hashable {
    /// The device.
    var device: DeviceName

    /// `suspending` and `resuming` before the call, `suspended` once it is confirmed, `unknown` when vdpad cannot tell what
    /// became of it. Other states need no record.
    var runState: RunState

    /// The operation that wrote it: what a late call finishes is its own intent only.
    var operation: String

    /// The operations that have stopped the device: the one that began the stop, and those that have asked for it again
    /// while it stood.
    var stoppedBy: [String] = []

    /// The boot in which it was written; in another boot the device has been reset.
    var bootID: String

    /// True when vdpad itself owned the device, so that it was reset when vdpad's process ended.
    var isOwned = false

    /// Who held the device; nil when vdpad owned it, and when a descriptor was passed and nobody was found.
    var holder: HolderReference?

    /// True when the stop was handed over to whoever controls the VMM: there is no stop of vdpad's any more, and nothing is
    /// ever resumed by itself.
    var isHandedBack = false

    /// True when the caller asked that the device stay stopped whatever happens.
    var keep: Bool

    /// How it is stopped, and so how it goes on.
    var mechanism = Mechanism.ioctl

    /// When the device is resumed by itself; nil for a stop without an end.
    var lease: LeaseRecord?

    /// The kernel call that stopped it, once it has returned.
    var stop: CallTiming?

    /// When the kernel last confirmed the stop, as RFC 3339 in UTC.
    var assertedAt: String?

    /// The configuration space at the stop.
    var configuration: HexadecimalBytes?
}

extension RunRecord {
    /// How many of the operations that have stopped a device are remembered: the first, and the last of the others.
    private static let maximumStops = 32

    /// Notes that the operation that writes the record stops the device.
    mutating func noteStop() {
        stoppedBy.append(operation)
        if stoppedBy.count > Self.maximumStops { stoppedBy.remove(at: 1) }
    }

    /// Whether the operation has stopped the device, or has given it its lease.
    func belongs(to operation: String) -> Bool {
        stoppedBy.contains(operation) || lease?.operation == operation
    }

    /// The same with its lease as it is by now, since it may have been renewed.
    func withLease(of now: RunRecord?) -> RunRecord {
        guard let lease, now?.lease?.operation == lease.operation else { return self }
        var record = self
        record.lease = now?.lease
        return record
    }

    /// Whether the configuration that a procedure saw differs from the snapshot at the stop; nil when that cannot be told.
    func hasChanged(_ report: DeviceReport) -> Bool? {
        configuration.flatMap { snapshot in report.before.configuration.map { HexadecimalBytes($0) != snapshot } }
    }
}

extension RunRecord: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "What vdpad remembers of a device that it has stopped." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        runState = try members.required("runState", "What vdpad was about to do, or has done.")
        operation = try members.required("operation", "The operation that wrote it.")
        stoppedBy = try members.optional(
            "stoppedBy", default: [operation], "The operations that have stopped the device.")
        bootID = try members.required("bootId", "The boot in which it was written.")
        isOwned = try members.required("owned", "Whether vdpad itself owned the device.")
        let pid: Int32? = try members.optional("holderPid", "The process that held the device.")
        let startTime: UInt64? = try members.optional("holderStartTime", "Its start time.")
        let descriptor: Int32? = try members.optional("holderDescriptor", "Its descriptor.")
        if let pid, let startTime, let descriptor {
            holder = HolderReference(pid: pid, startTime: startTime, descriptor: descriptor)
        }
        isHandedBack = try members.optional(
            "handedBack", default: false, "Whether the stop was handed over to whoever controls the VMM.")
        keep = try members.required("keep", "Leave the device stopped whatever happens.")
        mechanism = try members.optional("mechanism", default: .ioctl, "How it is stopped.")
        lease = try members.optional("lease", "When the device is resumed by itself.")
        stop = try members.optional("stop", "The kernel call that stopped it.")
        assertedAt = try members.optional("assertedAt", "When the kernel last confirmed the stop.")
        configuration = try members.optional("configuration", "The configuration space at the stop.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("runState", runState)
        writer.member("operation", operation)
        writer.member("stoppedBy", stoppedBy)
        writer.member("bootId", bootID)
        writer.member("owned", isOwned)
        writer.member("holderPid", ifPresent: holder?.pid)
        writer.member("holderStartTime", ifPresent: holder?.startTime)
        writer.member("holderDescriptor", ifPresent: holder?.descriptor)
        writer.member("handedBack", isHandedBack)
        writer.member("keep", keep)
        writer.member("mechanism", mechanism)
        writer.member("lease", ifPresent: lease)
        writer.member("stop", ifPresent: stop)
        writer.member("assertedAt", ifPresent: assertedAt)
        writer.member("configuration", ifPresent: configuration)
        writer.endObject()
    }
}
