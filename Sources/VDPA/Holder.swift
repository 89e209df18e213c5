public import Virtio

/// What identifies one descriptor of one process for good: a pid alone is reused.
public struct HolderReference: Sendable, Hashable {
    /// The process, as this pid namespace numbers it.
    public var pid: Int32

    /// The process's start time in clock ticks since boot: field 22 of `/proc/PID/stat`.
    public var startTime: UInt64

    /// The descriptor's number in the process.
    public var descriptor: Int32

    /// Identifies a descriptor of a process.
    public init(pid: Int32, startTime: UInt64, descriptor: Int32) {
        self.pid = pid
        self.startTime = startTime
        self.descriptor = descriptor
    }

    /// Whether it is a descriptor of the same process, not of one that has its pid now.
    public func isSameProcess(as other: HolderReference) -> Bool {
        pid == other.pid && startTime == other.startTime
    }
}

/// A process that has a device's node open: usually a VMM.
public struct Holder: Sendable, Hashable {
    /// The device whose node it has open.
    public var device: DeviceName

    /// Which process and which of its descriptors.
    public var reference: HolderReference

    /// The process's `comm`: at most 15 bytes, chosen by the process itself, so a hint and no identity.
    public var command: String

    /// The systemd unit from the process's cgroup; nil where it is in none.
    public var unit: String?

    /// Describes a holder.
    public init(device: DeviceName, reference: HolderReference, command: String, unit: String?) {
        self.device = device
        self.reference = reference
        self.command = command
        self.unit = unit
    }
}

/// What a search through the processes of the host found.
public struct HolderScan: Sendable, Hashable {
    /// The processes that have one of the nodes open, one entry for each process and node.
    public var holders: [Holder]

    /// False when the time limit or missing rights ended the search early: the list may then lack a holder.
    public var isComplete: Bool

    /// Why it is not complete.
    public var incompleteReason: String?

    /// Describes the result of a scan.
    public init(holders: [Holder], isComplete: Bool, incompleteReason: String? = nil) {
        self.holders = holders
        self.isComplete = isComplete
        self.incompleteReason = incompleteReason
    }
}
