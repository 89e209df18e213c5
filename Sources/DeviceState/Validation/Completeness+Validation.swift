extension DeviceState.Completeness {
    /// That what is there and what is said to be missing are the whole, and no part is both.
    func validate(against standard: DeviceState.Standard) throws(DeviceState.Contradiction) {
        let parts = Set(missing.map(\.part))
        if !isComplete, missing.isEmpty {
            throw DeviceState.Contradiction("completeness.complete", "it is false, but no part is missing")
        }
        if isComplete, let part = standard.lackingParts.first {
            throw DeviceState.Contradiction("completeness.complete", "it is true, but \(part) is not there")
        }
        let present = standard.parts
        if let part = missing.first(where: { present.contains($0.part) })?.part {
            throw DeviceState.Contradiction("completeness.missing", "\(part) is there")
        }
        try validateQueueList(of: standard, missing: parts)
        for (place, queue) in standard.queues.enumerated() {
            let whole = "standard.queues[\(queue.index)]"
            let part = "\(whole).position"
            if queue.position == nil, parts.isDisjoint(with: [part, "standard.queues"]) {
                throw DeviceState.Contradiction(
                    "standard.queues[\(place)].position", "it is neither there nor said to be missing")
            }
            if parts.contains(whole) {
                throw DeviceState.Contradiction("completeness.missing", "\(whole) is there")
            }
            if queue.position != nil, parts.contains(part) {
                throw DeviceState.Contradiction("completeness.missing", "\(part) is there")
            }
        }
    }

    /// That each queue is there or said to be missing; the number of queues may be any, so they are not gone through.
    private func validateQueueList(
        of standard: DeviceState.Standard, missing parts: Set<String>
    ) throws(DeviceState.Contradiction) {
        let there = standard.queues.count
        guard let queueCount = standard.queueCount, there < queueCount, !parts.contains("standard.queues") else {
            return
        }
        let present = Set(standard.queues.map { UInt32($0.index) })
        let named = parts.count { part in
            guard let index = Self.queue(named: part) else { return false }
            return index < queueCount && !present.contains(index)
        }
        guard there + named >= queueCount else {
            throw DeviceState.Contradiction(
                "standard.queues",
                "\(there) queues, but queueCount is \(queueCount) and \(named) are said to be missing")
        }
    }

    /// The number of the queue of which a part is the whole.
    private static func queue(named part: String) -> UInt32? {
        guard part.hasPrefix("standard.queues["), part.hasSuffix("]"),
            let index = UInt32(part.dropFirst("standard.queues[".count).dropLast())
        else { return nil }
        // No other spelling, lest one queue count twice.
        return part == "standard.queues[\(index)]" ? index : nil
    }
}
