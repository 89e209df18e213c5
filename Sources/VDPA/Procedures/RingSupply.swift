import Virtio

/// What the rings of a device need beside the calls of its open file: memory and notifications.
protocol RingSupply {
    /// Makes memory for all rings available to the device. Once, before any ring is attached.
    ///
    /// - Throws: `HostError` when there is none, or not where the device can reach it.
    func prepare(_ rings: [RingStart], format: RingFormat, in spaces: Set<UInt32>) throws(HostError)

    /// Tells the device where a ring lies and how it notifies and is notified.
    func attach(queue: UInt32) throws(HostError)
}

/// For devices that only model their rings.
struct NoRings: RingSupply {
    func prepare(_ rings: [RingStart], format: RingFormat, in spaces: Set<UInt32>) {}
    func attach(queue: UInt32) {}
}
