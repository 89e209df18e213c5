public import Virtio

/// Where the device is to continue in one queue.
public struct QueuePosition: Sendable, Hashable {
    /// The queue's index.
    public var queue: UInt32
    /// The position.
    public var position: RingPosition

    /// Names a position in a queue.
    public init(queue: UInt32, position: RingPosition) {
        self.queue = queue
        self.position = position
    }
}
