extension DeviceState.Standard {
    /// Whether something is known of every queue, so that what all of them say holds for the device.
    var hasEveryQueue: Bool {
        queueCount.map { queues.count == $0 } ?? false
    }
}
