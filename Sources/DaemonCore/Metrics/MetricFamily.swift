/// One metric with all its series.
struct MetricFamily: Sendable, Hashable {
    /// What its values mean.
    enum Kind: String, Sendable {
        /// Counts up from the start of the daemon.
        case counter
        /// What is now.
        case gauge
        /// How often something took how long.
        case histogram
        /// Facts in its labels, with the value 1.
        case info
    }

    /// A label of a series.
    struct Label: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// One line.
    struct Sample: Sendable, Hashable {
        let suffix: String
        let labels: [Label]
        let value: String
    }

    /// The name without the suffixes of its samples.
    let name: String
    let kind: Kind
    /// The unit, with which the name ends.
    let unit: String?
    /// What it is, in one sentence.
    let help: String
    private(set) var samples: [Sample] = []

    init(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
    }

    /// Adds a series of a counter, a gauge or an info.
    mutating func add(_ value: UInt64, _ labels: KeyValuePairs<String, String> = [:]) {
        let suffix =
            switch kind {
            case .counter: "_total"
            case .info: "_info"
            case .gauge, .histogram: ""
            }
        samples.append(Sample(suffix: suffix, labels: labels.map { Label(name: $0, value: $1) }, value: "\(value)"))
    }

    /// Adds a series of a histogram.
    mutating func add(_ histogram: Histogram, _ labels: KeyValuePairs<String, String>) {
        let labels = labels.map { Label(name: $0, value: $1) }
        let bounds = Histogram.bounds.map { Self.seconds($0) } + ["+Inf"]
        var sum: UInt64 = 0
        for (bound, count) in zip(bounds, histogram.counts) {
            sum += count
            samples.append(
                Sample(suffix: "_bucket", labels: labels + [Label(name: "le", value: bound)], value: "\(sum)"))
        }
        samples.append(Sample(suffix: "_sum", labels: labels, value: Self.seconds(histogram.total)))
        samples.append(Sample(suffix: "_count", labels: labels, value: "\(sum)"))
    }

    private static func seconds(_ nanoseconds: UInt64) -> String { "\(Double(nanoseconds) / 1e9)" }
}
