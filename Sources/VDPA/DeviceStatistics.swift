public import Virtio

/// What the driver of a device counts: the answers to `VDPA_CMD_DEV_VSTATS_GET`, one for each queue.
public struct DeviceStatistics: Sendable, Hashable {
    /// The counters of one queue.
    public struct Queue: Sendable, Hashable {
        /// The queue.
        public var index: UInt32
        /// The counters, in the driver's order; a name may come more than once.
        public var counters: [Counter]
        /// Why there are none.
        public var failure: HostError?

        /// Describes a queue.
        public init(index: UInt32, counters: [Counter], failure: HostError? = nil) {
            self.index = index
            self.counters = counters
            self.failure = failure
        }
    }

    /// A number under a name of the driver's own.
    public struct Counter: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value.
        public var value: UInt64

        /// Describes a counter.
        public init(name: String, value: UInt64) {
            self.name = name
            self.value = value
        }
    }

    /// The features that the device's user has accepted; nil when no queue could be read.
    public var negotiatedFeatures: Features?
    /// The queue pairs, where MQ or RSS was negotiated.
    public var maximumQueuePairs: UInt16?
    /// The queues that were asked for.
    public var queues: [Queue]

    /// Describes what was read.
    public init(negotiatedFeatures: Features? = nil, maximumQueuePairs: UInt16? = nil, queues: [Queue] = []) {
        self.negotiatedFeatures = negotiatedFeatures
        self.maximumQueuePairs = maximumQueuePairs
        self.queues = queues
    }
}
