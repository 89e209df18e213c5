/// What happened to a simulated device since it was created.
struct SimulatedStatistics: Sendable, Hashable {
    /// How often each call was made, refused ones included.
    var calls: [SimulatedCall: Int] = [:]
    /// How often the device was reset, by status 0, by opening and by the last close.
    var resets = 0
    /// How many requests the simulated VMM's I/O completed, over all queues.
    var completions: UInt64 = 0
    /// The requests that each queue completed.
    var packets: [UInt64]
    /// How often the simulated VMM kicked a queue.
    var kicks: UInt64 = 0
    /// True when the configuration was read before features were set, which the kernel takes for a legacy driver.
    var wasReadAsLegacy = false

    /// Of a device to which nothing has happened.
    init(queueCount: Int) {
        packets = Array(repeating: 0, count: queueCount)
    }
}
