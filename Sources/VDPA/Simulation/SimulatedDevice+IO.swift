import Virtio

extension SimulatedDevice {
    /// One request each millisecond: fast enough to be seen, slow enough to be counted.
    private static let nanosecondsPerRequest: UInt64 = 1_000_000

    /// True while requests are being completed.
    private var completesRequests: Bool {
        isProcessing && status.isDisjoint(with: [.needsReset, .failed])
    }

    /// Lets the opener do I/O from now on: its requests advance the rings while the device runs.
    mutating func startIO(at now: UInt64) {
        ioSince = now
    }

    /// Completes the requests that have become due.
    ///
    /// Called before every change of state, so that what was due is accounted to the state it was due in. A stopped device
    /// completes nothing for the time that it was stopped.
    mutating func advance(to now: UInt64) {
        if let change = stopChange, change.atNs <= now {
            completeRequests(until: change.atNs)
            finish(change)
        }
        completeRequests(until: now)
        clock = now
    }

    private mutating func completeRequests(until now: UInt64) {
        guard let since = ioSince, now > since else { return }
        guard completesRequests else {
            ioSince = now
            return
        }
        let due = (now - since) / SimulatedDevice.nanosecondsPerRequest
        ioSince = since + due * SimulatedDevice.nanosecondsPerRequest
        statistics.kicks += due
        // The control queue of a network device carries no traffic.
        for index in queues.indices where deviceClass.group(ofQueue: index) == 0 {
            queues[index].base &+= UInt16(truncatingIfNeeded: due)
            queues[index].used = queues[index].base
            statistics.completions += due
            statistics.packets[index] += due
        }
    }
}
