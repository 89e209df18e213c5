public import Virtio

/// One virtqueue as its owner can read it.
public struct QueueState: Sendable, Hashable {
    /// The queue's index.
    public var index: UInt32

    /// The ring size that is in force; nil where the driver below has no such call.
    public var size: UInt32?

    /// The group that the queue belongs to; nil where the device has no groups.
    public var group: UInt32?

    /// The group of the queue's descriptor area; nil where the device has no such group.
    public var descriptorGroup: UInt32?

    /// The address space that the queue's group was given.
    public var addressSpace: UInt32?

    /// The ring's format, which decides what a position means.
    public var format: RingFormat?

    /// Where the device continues; nil when it could not be read, see `positionFailure`.
    public var position: RingPosition?

    /// Why the position could not be read.
    public var positionFailure: HostError?

    /// Describes a queue of which only the index is known.
    public init(index: UInt32) {
        self.index = index
    }
}
