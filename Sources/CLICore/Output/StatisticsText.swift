internal import ControlAPI
internal import DeviceState
internal import Virtio

/// What `vdpactl stats` shows of a reading and, next to an earlier one, of what has changed since.
struct StatisticsText {
    let reading: DeviceStatsMethod.Result

    /// The counters.
    var text: String {
        var table = TextTable(columns: ["QUEUE", "USE", "COUNTER", "VALUE"])
        for queue in reading.queues {
            for counter in queue.counters {
                table.add(cells(queue, counter))
            }
        }
        return text(around: table)
    }

    /// The counters and how much each has grown a second since `earlier`; `-` where that is not known, as for a counter
    /// that was not there or has been set back.
    func text(since earlier: DeviceStatsMethod.Result?) -> String {
        var table = TextTable(columns: ["QUEUE", "USE", "COUNTER", "VALUE", "PER SECOND"])
        for queue in reading.queues {
            let before = earlier?.queues.first { $0.index == queue.index }
            for counter in queue.counters {
                let value = before?.counters.first { $0.name == counter.name }?.value
                table.add(cells(queue, counter) + [rate(counter.value, before: value, since: earlier?.readAtNs)])
            }
        }
        return text(around: table)
    }

    private func cells(_ queue: QueueCounters, _ counter: Counter) -> [String?] {
        ["\(queue.index)", queue.use?.rawValue, counter.name, "\(counter.value)"]
    }

    /// With one decimal, rounded down.
    private func rate(_ value: UInt64, before: UInt64?, since earlierNs: UInt64?) -> String? {
        guard let before, let earlierNs, value >= before, reading.readAtNs > earlierNs else { return nil }
        let growth = (value - before).multipliedFullWidth(by: 10_000_000_000)
        let elapsed = reading.readAtNs - earlierNs
        guard growth.high < elapsed else { return nil }
        let tenths = elapsed.dividingFullWidth(growth).quotient
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func text(around table: TextTable) -> String {
        var fields = FieldList()
        fields.add("device", reading.device)
        fields.add("negotiated", reading.negotiatedFeatures?.text)
        fields.add("queue pairs", ifPresent: reading.maximumQueuePairs.map { "\($0)" })
        var parts = [fields.text]
        if !reading.queues.isEmpty { parts.append(table.text) }
        if !reading.missing.isEmpty { parts.append(missing) }
        return parts.joined(separator: "\n")
    }

    private var missing: String {
        var table = TextTable(columns: ["MISSING", "REASON"])
        for part in reading.missing {
            table.add([part.part, part.reason])
        }
        return table.text
    }
}
