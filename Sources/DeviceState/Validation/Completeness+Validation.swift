extension DeviceState.Completeness {
    /// That what is there and what is said to be missing are the whole, and no part is both.
    func validate(against standard: DeviceState.Standard) throws(DeviceState.Contradiction) {
        let parts = Set(missing.map(\.part))
        if let queueCount = standard.queueCount, standard.queues.count < queueCount, !Self.namesQueues(missing) {
            throw DeviceState.Contradiction(
                "standard.queues",
                "\(standard.queues.count) queues, but queueCount is \(queueCount) and none is said to be missing")
        }
        for (place, queue) in standard.queues.enumerated() {
            let whole = "standard.queues[\(queue.index)]"
            let part = "\(whole).position"
            if queue.position == nil, parts.isDisjoint(with: [part, whole, "standard.queues"]) {
                throw DeviceState.Contradiction(
                    "standard.queues[\(place)].position", "it is neither there nor said to be missing")
            }
            if queue.position != nil, parts.contains(part) {
                throw DeviceState.Contradiction("completeness.missing", "\(part) is there")
            }
        }
    }

    private static func namesQueues(_ missing: [DeviceState.MissingPart]) -> Bool {
        missing.contains { $0.part == "standard.queues" || $0.part.hasPrefix("standard.queues[") }
    }
}
