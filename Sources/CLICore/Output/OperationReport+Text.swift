internal import ControlAPI
internal import Virtio

extension OperationReport {
    /// The operation for people, its steps with the time since it was asked for.
    var text: String {
        var fields = FieldList()
        fields.add("operation", operation.id)
        fields.add("kind", operation.kind)
        fields.add("devices", operation.devices.map(\.string).joined(separator: ", "))
        fields.add("state", operation.state.rawValue)
        fields.add("started at", operation.startedAt)
        fields.add("asked for by", "process \(operation.peer.pid), user \(operation.peer.uid)")
        fields.add("idempotency key", ifPresent: operation.idempotencyKey)
        for phase in operation.phases ?? [] {
            fields.add(
                milliseconds(phase.atNs), [phase.name, phase.device?.string].compactMap { $0 }.joined(separator: " "))
        }
        fields.add("took", ifPresent: operation.endedAtNs.map(milliseconds))
        for lease in operation.leases { fields.add("lease of \(lease.device)", lease.lease.text) }
        fields.add("error", ifPresent: operation.error?.message)
        return fields.text
    }

    private func milliseconds(_ moment: UInt64) -> String {
        let microseconds = (moment - min(moment, operation.startedAtNs)) / 1_000
        let fraction = String(microseconds % 1_000)
        return "\(microseconds / 1_000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction) ms"
    }
}

extension Lease {
    /// The lease for people.
    var text: String {
        switch kind {
        case .connection: "until its client's connection ends"
        case .hold: "\(remainingMs.map { "\($0) ms left" } ?? "-") of \(holdMs.map { "\($0) ms" } ?? "-")"
        }
    }
}
