public import Virtio

/// How a device that vdpad opens itself is brought up.
public struct BringUp: Sendable, Hashable {
    /// Device features to accept besides VERSION_1 and ACCESS_PLATFORM; nil: those that the rings here can serve.
    public var features: Features?

    /// Ring size of every queue; nil: the device's maximum, at most 256.
    public var queueSize: UInt16?

    /// What the device is given instead of what `features` and `queueSize` say, and of a fresh device's positions.
    public var restoring: RestoredState?

    /// False to stop short of DRIVER_OK.
    public var isStarted: Bool

    /// Describes a bring-up.
    public init(
        features: Features? = nil, queueSize: UInt16? = nil, restoring: RestoredState? = nil, isStarted: Bool = true
    ) {
        self.features = features
        self.queueSize = queueSize
        self.restoring = restoring
        self.isStarted = isStarted
    }
}
