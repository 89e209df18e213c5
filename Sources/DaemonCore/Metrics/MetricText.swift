/// The two texts in which metrics are told.
enum MetricText: Sendable, CaseIterable {
    /// OpenMetrics 1.0.
    case openMetrics
    /// What came before it, Prometheus' text format 0.0.4, which is what node_exporter reads from files.
    case prometheus

    /// The text of these metrics.
    func text(of families: [MetricFamily]) -> String {
        families.map { text(of: $0) }.joined() + (self == .openMetrics ? "# EOF\n" : "")
    }

    private func text(of family: MetricFamily) -> String {
        var name = family.name
        var kind = family.kind
        if self == .prometheus {
            // It knows no family of another name than its samples, and no info.
            switch kind {
            case .counter: name += "_total"
            case .info:
                name += "_info"
                kind = .gauge
            case .gauge, .histogram: break
            }
        }
        var text = "# TYPE \(name) \(kind.rawValue)\n"
        if self == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
        text += "# HELP \(name) \(escape(family.help, quotes: self == .openMetrics))\n"
        for sample in family.samples {
            let labels = sample.labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }
            let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(family.name)\(sample.suffix)\(list) \(sample.value)\n"
        }
        return text
    }

    private func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
