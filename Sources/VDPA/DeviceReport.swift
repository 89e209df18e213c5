public import LinuxIO

/// What a procedure saw and did.
public struct DeviceReport: Sendable, Hashable {
    /// The device before the call.
    public var before: DeviceObservation

    /// The device after the call; nil when nothing was called.
    public var after: DeviceObservation?

    /// When the state-changing call was entered and when it returned; nil when nothing was called.
    public var call: KernelCallTiming?

    /// The queues, where the access is the owner's and the procedure reads them.
    public var queues: [QueueState]

    /// What became of each field that was restored, in order.
    public var restored: [RestoredField]

    /// The configuration space before a restore wrote to it; nil when nothing was written.
    public var formerConfiguration: [UInt8]?

    /// True when the holder exited meanwhile: closing the duplicate may then have been the last close, which resets.
    public var holderExited: Bool

    /// What the caller should know although the call succeeded.
    public var warnings: [String]

    /// Reports what was seen before anything was called.
    public init(before: DeviceObservation) {
        self.before = before
        self.queues = []
        self.restored = []
        self.holderExited = false
        self.warnings = []
    }

    /// The latest observation.
    public var latest: DeviceObservation { after ?? before }
}

/// The moments between which the kernel acted, on CLOCK_MONOTONIC.
public struct KernelCallTiming: Sendable, Hashable {
    /// The system call's name.
    public var call: String
    /// Just before the call.
    public var enteredAt: MonotonicInstant
    /// Just after it.
    public var returnedAt: MonotonicInstant

    /// Describes one call.
    public init(call: String, enteredAt: MonotonicInstant, returnedAt: MonotonicInstant) {
        self.call = call
        self.enteredAt = enteredAt
        self.returnedAt = returnedAt
    }
}
