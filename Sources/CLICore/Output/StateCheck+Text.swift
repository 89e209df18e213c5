internal import DeviceState
internal import Virtio

extension StateCheck {
    /// The verdict, and a row for each field.
    var text: String {
        var summary = FieldList()
        summary.add("verdict", verdict.rawValue)
        summary.add("host", host)
        summary.add(device == nil ? "management device" : "device", name)
        summary.add("create with", ifPresent: parameters?.text)
        var table = TextTable(columns: ["FIELD", "VERDICT", "STATE", "TARGET", "REASON"])
        for field in fields {
            let finding = field.finding
            table.add([
                field.field.rawValue,
                finding.isAdvisory ? "(\(finding.verdict.rawValue))" : finding.verdict.rawValue, finding.state,
                finding.target, finding.reason,
            ])
        }
        return "\(summary.text)\n\(table.text)"
    }

    /// The target.
    fileprivate var name: String { device?.string ?? managementDevice ?? "" }

    /// The first reason of the verdict, and the other fields that have it.
    fileprivate var reason: String? {
        let worst = fields.filter { $0.finding.verdict == verdict && !$0.finding.isAdvisory }
        guard verdict != .ok, let first = worst.first else { return nil }
        let others = worst.dropFirst().map(\.field.rawValue).joined(separator: ", ")
        return "\(first.field.rawValue): \(first.finding.reason)\(others.isEmpty ? "" : "; also \(others)")"
    }
}

extension [StateCheck] {
    /// A row for each target.
    var text: String {
        var table = TextTable(columns: ["TARGET", "KIND", "VERDICT", "REASON"])
        for check in self {
            table.add([
                check.name, check.device == nil ? "management device" : "device", check.verdict.rawValue,
                check.reason,
            ])
        }
        return table.text
    }
}

extension CreationParameters {
    /// As options of `vdpactl add`.
    var text: String {
        let options = [
            ("--mac", mac?.description), ("--mtu", mtu.map { "\($0)" }),
            ("--max-queue-pairs", maximumQueuePairs.map { "\($0)" }),
            ("--features", features?.joined(separator: ",")),
        ]
        return (["--mgmtdev \(managementDevice)"] + options.compactMap { name, value in value.map { "\(name) \($0)" } })
            .joined(separator: " ")
    }
}
