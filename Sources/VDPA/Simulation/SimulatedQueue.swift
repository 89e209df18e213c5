/// One virtqueue of a simulated device, split format.
struct SimulatedQueue: Sendable, Hashable {
    /// The next available index that the device looks at.
    var base: UInt16 = 0
    /// The index in the used ring, up to which the device is done.
    var used: UInt16 = 0
    /// The ring size that the driver set.
    var size: UInt16 = SimulatedClass.maximumQueueSize
    /// True when the driver enabled the queue.
    var isEnabled = false
}
