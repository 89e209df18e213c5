import ControlAPI

/// A stop that the kernel has confirmed.
struct ConfirmedStop: Sendable {
    /// The call.
    let timing: CallTiming?
    /// The configuration space then.
    let configuration: [UInt8]?
    /// Whether the record said before that the device was suspended.
    let wasSuspended: Bool
    /// What the caller should know.
    let warnings: [String]
}
