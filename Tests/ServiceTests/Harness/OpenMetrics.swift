/// Metrics as text, read as strictly as OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/) has it, or as
/// the text format of Prometheus, which node_exporter reads: what its parser takes for an untyped metric is an error here.
struct OpenMetrics {
    enum Format {
        case openMetrics, prometheus
    }

    struct Series: Hashable {
        let name: String
        let labels: [String: String]
    }

    private struct Family {
        var kind = ""
        var unit: String?
        var hasHelp = false
        var hasSamples = false
        /// Of a histogram that is not complete: its labels without the bound, and its buckets so far.
        var open: (labels: [String: String], buckets: [(bound: Double, count: Double)], sum: Double?)?
    }

    private(set) var values: [Series: Double] = [:]
    private let format: Format
    private var families: [String: Family] = [:]
    private var current = ""

    init(_ text: String, _ format: Format = .openMetrics) throws {
        self.format = format
        guard text.hasSuffix("\n") else { throw HarnessError("the last line does not end") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        if format == .openMetrics, lines.popLast() != "# EOF" { throw HarnessError("the end is missing") }
        for line in lines {
            do {
                if line.hasPrefix("# ") { try readMetadata(line.dropFirst(2)) } else { try readSample(line[...]) }
            } catch {
                throw HarnessError("\(error) in \(line)")
            }
        }
        try endFamily()
    }

    /// The value of a series; nil if there is none.
    subscript(_ name: String, _ labels: [String: String]) -> Double? {
        values[Series(name: name, labels: labels)]
    }

    /// The value of a series that has no labels.
    subscript(_ name: String) -> Double? { self[name, [:]] }

    /// The labels of all series with this name.
    func labels(of name: String) -> [[String: String]] { values.keys.filter { $0.name == name }.map(\.labels) }

    // MARK: Lines

    private mutating func readMetadata(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, Self.isName(words[1]) else { throw HarnessError("no metadata") }
        let (keyword, name, text) = (words[0], words[1], words[2])
        if name != current {
            try endFamily()
            guard families[name] == nil else { throw HarnessError("\(name) comes twice") }
            families[name] = Family()
            current = name
        }
        guard families[name]?.hasSamples == false else { throw HarnessError("metadata after samples") }
        switch keyword {
        case "TYPE" where families[name]?.kind == "":
            let kinds = ["counter", "gauge", "histogram"] + (format == .openMetrics ? ["info"] : [])
            guard kinds.contains(text) else { throw HarnessError("no type") }
            families[name]?.kind = text
            if text == "counter", format == .openMetrics, name.hasSuffix("_total") { throw HarnessError("a suffix") }
        case "UNIT" where families[name]?.unit == nil && format == .openMetrics:
            guard !text.isEmpty, name.hasSuffix("_\(text)") else { throw HarnessError("the name has another unit") }
            families[name]?.unit = text
        case "HELP" where families[name]?.hasHelp == false:
            _ = try Self.unescape(text, format == .openMetrics ? #"n\""# : #"n\"#)
            families[name]?.hasHelp = true
        default: throw HarnessError("\(keyword) is not known, or comes twice")
        }
    }

    private mutating func readSample(_ line: Substring) throws {
        var rest = line
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest = rest.dropFirst(name.count)
        guard Self.isName(name) else { throw HarnessError("no name") }
        let labels = rest.first == "{" ? try Self.readLabels(&rest) : [:]
        guard rest.popFirst() == " ", let value = Double(rest), !value.isNaN else { throw HarnessError("no value") }
        guard var family = families[current], !family.kind.isEmpty, family.hasHelp, name.hasPrefix(current) else {
            throw HarnessError("a sample without its family")
        }
        family.hasSamples = true
        let suffix = String(name.dropFirst(current.count))
        guard values.updateValue(value, forKey: Series(name: name, labels: labels)) == nil else {
            throw HarnessError("a series comes twice")
        }
        switch (family.kind, suffix) {
        case ("gauge", ""): break
        case ("counter", format == .openMetrics ? "_total" : ""):
            guard value >= 0, name.hasSuffix("_total") else { throw HarnessError("no count") }
        case ("info", "_info"):
            guard value == 1 else { throw HarnessError("the value is not 1") }
        case ("histogram", _): try Self.add(suffix, labels, value, to: &family)
        default: throw HarnessError("the suffix is not that of a \(family.kind)")
        }
        families[current] = family
    }

    /// The buckets of one set of labels stand together, grow, and end with all; then come the sum and the count.
    private static func add(
        _ suffix: String, _ labels: [String: String], _ value: Double, to family: inout Family
    ) throws {
        var others = labels
        let bound = others.removeValue(forKey: "le")
        var open = family.open ?? (others, [], nil)
        guard open.labels == others else { throw HarnessError("a histogram is not complete") }
        family.open = open
        switch (suffix, bound) {
        case ("_bucket", let bound?):
            let number = bound == "+Inf" ? Double.infinity : Double(bound)
            guard let number, bound == "+Inf" || "\(number)" == bound else { throw HarnessError("no canonical bound") }
            if let last = open.buckets.last, last.bound >= number || last.count > value {
                throw HarnessError("the buckets do not grow")
            }
            open.buckets.append((number, value))
        case ("_sum", nil) where open.sum == nil && value >= 0: open.sum = value
        case ("_count", nil):
            guard let last = open.buckets.last, last.bound == .infinity, last.count == value, open.sum != nil else {
                throw HarnessError("the count is not that of the last bucket")
            }
            family.open = nil
            return
        default: throw HarnessError("not of a histogram")
        }
        family.open = open
    }

    private func endFamily() throws {
        guard let family = families[current] else { return }
        guard !family.kind.isEmpty, family.hasHelp, family.open == nil else {
            throw HarnessError("\(current) is not complete")
        }
    }

    // MARK: Words

    private static func readLabels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        repeat {
            rest.removeFirst()
            let name = String(rest.prefix { $0 != "=" })
            rest = rest.dropFirst(name.count)
            guard isName(name), !name.contains(":"), rest.hasPrefix("=\"") else { throw HarnessError("no label") }
            rest = rest.dropFirst(2)
            var text = ""
            while let character = rest.popFirst(), character != "\"" {
                text.append(character)
                if character == "\\", let next = rest.popFirst() { text.append(next) }
            }
            guard labels.updateValue(try unescape(text, #"n\""#), forKey: name) == nil else {
                throw HarnessError("a label comes twice")
            }
        } while rest.first == ","
        guard rest.popFirst() == "}" else { throw HarnessError("the labels do not end") }
        return labels
    }

    private static func unescape(_ text: String, _ allowed: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\" else {
                if allowed.contains("\""), character == "\"" { throw HarnessError("a quote is not escaped") }
                result.append(character)
                continue
            }
            guard let next = rest.popFirst(), allowed.contains(next) else { throw HarnessError("no such escape") }
            result.append(next == "n" ? "\n" : next)
        }
        return result
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    }
}
