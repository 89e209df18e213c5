internal import ControlAPI
internal import Virtio

extension GroupReport {
    /// The group for people: as a whole, and a row for each member.
    var text: String {
        var fields = FieldList()
        fields.add("outcome", outcome.rawValue)
        fields.add("operation", ifPresent: operation)
        fields.add("downtime", ifPresent: downtime?.text)
        fields.add("lease", ifPresent: lease?.text)
        var table = TextTable(columns: ["DEVICE", "STATE", "WAS SUSPENDED", "CALL", "DOWNTIME", "KICK NEEDED"])
        for member in members {
            table.add([
                member.device.string, member.runState.rawValue, member.wasSuspended.yesNo,
                member.timing.map { milliseconds($0.durationNs) }, member.downtime?.text, member.kickNeeded?.yesNo,
            ])
        }
        return "\(fields.text)\n\(table.text)"
    }
}

extension GroupMember {
    /// Where the member is, and how it came there, on one line.
    var text: String {
        let steps = path.map(\.step.rawValue).joined(separator: ", ")
        return "\(device) \(runState)\(path.isEmpty ? "" : " (\(steps))")\(error.map { ": \($0.message)" } ?? "")"
    }
}

extension DowntimeBounds {
    /// At least and at most.
    var text: String { "\(milliseconds(minimumNs)) to \(milliseconds(maximumNs))" }
}
