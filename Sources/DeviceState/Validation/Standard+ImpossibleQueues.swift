extension DeviceState.Standard {
    /// Takes out what no queue of a device can be, for a state that is read from a device: what it says of such a queue is
    /// worth nothing.
    ///
    /// - Returns: What is missing now, and why.
    public mutating func withdrawImpossibleQueues() -> [DeviceState.MissingPart] {
        var rules = DeviceState.QueueRules(self)
        var missing: [DeviceState.MissingPart] = []
        for place in queues.indices {
            let (queue, former) = (queues[place], rules)
            do throws(DeviceState.Contradiction) {
                try rules.validate(queue, at: "")
            } catch {
                rules = former
                queues[place] = DeviceState.Queue(index: queue.index, maximumSize: queue.maximumSize)
                missing.append(
                    DeviceState.MissingPart(
                        part: "standard.queues[\(queue.index)].position",
                        reason: "the device says what cannot be: \(error.member.dropFirst()): \(error.message)",
                        supplier: .nobody))
            }
        }
        return missing
    }
}
