public import SystemPackage

/// What went wrong on the host: which call, which errno, what the kernel said, and what the device is now.
public struct HostError: Error, Sendable, Hashable {
    /// What kind of failure it is.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// No device of that name.
        case notFound
        /// A device of that name exists.
        case alreadyExists
        /// No management device of that name.
        case noManagementDevice
        /// The device is not bound to `vhost_vdpa`, so it has no node.
        case noNode
        /// Somebody else has the node open.
        case busy
        /// The access that the call needs is the owner's.
        case notOwner
        /// Nobody holds the device where a holder was expected, or the named holder does not hold it (any more).
        case holderGone
        /// A descriptor or node leads to another device than the one that was meant.
        case identityMismatch
        /// Rights, Yama or another security module refused; the message says which.
        case permissionDenied
        /// DRIVER_OK is not set.
        case notRunning
        /// The device does not offer what the call needs; `missing` names it.
        case notSupported
        /// The device can be stopped but not resumed, and the caller did not say that this is meant.
        case irreversible
        /// The device shows NEEDS_RESET or FAILED, or did not stop or start.
        case deviceFailed
        /// What was read back is not what was written.
        case verificationFailed
        /// A state does not fit the device; `field` names what does not.
        case incompatible
        /// The device or its node vanished during the call.
        case gone
        /// The call has not returned by the deadline; it goes on.
        case deadlineExceeded
        /// A former kernel call for the same device, or for the whole family, has not returned.
        case blocked
        /// The kernel refused; see `errno` and `kernelMessage`.
        case kernel
        /// The kernel has no `vdpa` netlink family that can be reached from here.
        case netlinkUnavailable
        /// The arguments contradict what the device is; nothing was called.
        case invalidArgument
        /// A reply of the kernel or of a worker that cannot be understood.
        case malformed
        /// A worker process ended before it answered.
        case workerLost
    }

    /// What kind of failure it is.
    public var code: Code

    /// One sentence that names the object, the value and, where there is one, the limit.
    public var message: String

    /// The system call, ioctl or netlink command that failed.
    public var call: String?

    /// Its error number.
    public var errno: Errno?

    /// The text that the kernel sent along (netlink extended ack).
    public var kernelMessage: String?

    /// What the device does not offer, for `notSupported` and `irreversible`.
    public var missing: [String]

    /// The field of a state that was being restored.
    public var field: StateField?

    /// What the device looked like when the failure was noticed; nil when it was not read.
    public var observation: DeviceObservation?

    /// Whether the call was refused before anything was done to the device.
    public var isRefusal: Bool {
        switch code {
        case .notSupported, .irreversible, .permissionDenied, .identityMismatch, .blocked, .noNode, .notFound,
            .noManagementDevice, .alreadyExists, .notOwner, .invalidArgument, .busy:
            true
        default: false
        }
    }

    /// Describes a failure.
    public init(
        _ code: Code, _ message: String, call: String? = nil, errno: Errno? = nil, kernelMessage: String? = nil,
        missing: [String] = [], observation: DeviceObservation? = nil, at field: StateField? = nil
    ) {
        self.code = code
        self.message = message
        self.call = call
        self.errno = errno
        self.kernelMessage = kernelMessage
        self.missing = missing
        self.observation = observation
        self.field = field
    }
}
