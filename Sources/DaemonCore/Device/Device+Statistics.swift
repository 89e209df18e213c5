import ControlAPI
import DeviceState
import LinuxIO
import VDPA
import Virtio

/// What the device's driver counts.
extension Device {
    private nonisolated var controlQueueBit: Int { 17 }
    private nonisolated var multiqueueBit: Int { 22 }
    private nonisolated var rssBit: Int { 60 }

    /// `device.stats`
    func statistics(
        _ params: DeviceStatsMethod.Params, turn: Turn
    ) async throws(ControlError) -> DeviceStatsMethod.Result {
        // Netlink is asked, not the device, so this need not wait for the device's turn.
        turns.end(turn)
        guard let info else { throw notFound }
        if let count = info.queueCount, let wrong = params.queues?.first(where: { $0 >= count }) {
            throw ControlError(
                .invalidParams, "queues: \(name.string) has queues 0 to \(Int64(count) - 1); it has no \(wrong)",
                device: name)
        }
        // How many there are is known from netlink only; where that is silent, it is asked all the same and says why.
        let queues = params.queues ?? Array(0..<(info.queueCount ?? 1))
        let now = MonotonicInstant.now
        let deadline = request(turn, deadlineMs: params.target.deadlineMs).deadline
        let call = host.statistics(of: name, queues: queues)
        let found = try await finish(call, "the reading of the counters", deadline)
        var result = DeviceStatsMethod.Result(
            device: name, readAtNs: now.nanoseconds,
            negotiatedFeatures: found.negotiatedFeatures.map { NamedMask($0, for: info.deviceClass) },
            maximumQueuePairs: found.maximumQueuePairs, queues: [], missing: [])
        if info.queueCount == nil, params.queues == nil {
            result.missing.append(
                DeviceState.MissingPart(
                    part: "queues", reason: "netlink has not told how many queues there are", supplier: .nobody))
        }
        for queue in found.queues {
            if let failure = queue.failure {
                result.missing.append(
                    DeviceState.MissingPart(
                        part: "queues[\(queue.index)]", reason: failure.message, supplier: .nobody))
            } else {
                result.queues.append(
                    QueueCounters(
                        index: queue.index, use: use(of: queue.index, found),
                        counters: queue.counters.map { Counter(name: $0.name, value: $0.value) }))
            }
        }
        return result
    }

    /// What a queue of a network device is for. The control queue comes behind all pairs if the driver uses several, and
    /// behind the first one otherwise. Source: virtio 1.3 §5.1.2.
    private func use(of index: UInt32, _ found: DeviceStatistics) -> QueueUse? {
        guard info?.deviceClass == .net, let features = found.negotiatedFeatures else { return nil }
        let hasPairs = features.contains(Features(bit: multiqueueBit)) || features.contains(Features(bit: rssBit))
        guard let pairs = hasPairs ? found.maximumQueuePairs : 1 else { return nil }
        let control = UInt32(pairs) * 2
        if index < control { return index.isMultiple(of: 2) ? .receive : .transmit }
        return index == control && features.contains(Features(bit: controlQueueBit)) ? .control : nil
    }
}
