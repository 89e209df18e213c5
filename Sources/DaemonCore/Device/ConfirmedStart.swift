import ControlAPI

/// A resume that the kernel has confirmed.
struct ConfirmedStart: Sendable {
    /// The call.
    let timing: CallTiming?
    /// The call that had stopped the device.
    let stop: CallTiming?
    /// Whether the record said before that the device was suspended.
    let wasSuspended: Bool
    /// Whether the configuration differs from the snapshot at the stop; nil when that cannot be told.
    let configurationChanged: Bool?
    /// What the caller should know.
    let warnings: [String]
}
