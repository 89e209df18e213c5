public import JSON

extension DeviceState {
    /// One member in which two documents differ.
    public struct Difference: Sendable, Hashable {
        /// The member, such as `standard.queues[1].size`; queues are named by their index.
        public let member: String
        /// In the first document; nil where it has no such member.
        public let first: JSONValue?
        /// In the second document; nil where it has no such member.
        public let second: JSONValue?
    }

    /// Every member in which another document differs from this one: in canonical order, within an object those that
    /// only the other one has last. Members of later revisions count, the digest does not: it differs whenever anything
    /// does.
    public func differences(to other: DeviceState) -> [Difference] {
        var comparison = Comparison()
        comparison.compare(CanonicalForm.withoutDigest(document), CanonicalForm.withoutDigest(other.document), at: "")
        if comparison.differences.isEmpty, digest != other.digest {
            return [Difference(member: "state", first: document, second: other.document)]
        }
        return comparison.differences
    }
}

/// Walks through two canonical documents side by side.
private struct Comparison {
    var differences: [DeviceState.Difference] = []

    mutating func compare(_ first: JSONValue?, _ second: JSONValue?, at member: String) {
        switch (first, second) {
        case (.object, .object) where !Self.isSame(first?["value"], second?["value"]):
            // A mask: its names only say the same again.
            differences.append(DeviceState.Difference(member: member, first: first, second: second))
        case (.object(let first), .object(let second)):
            let prefix = member.isEmpty ? "" : "\(member)."
            compare(first.map { ("\(prefix)\($0.name)", $0.value) }, second.map { ("\(prefix)\($0.name)", $0.value) })
        case (.array(let first), .array(let second)):
            compare(Self.named(first, member), Self.named(second, member))
        case _ where Self.isSame(first, second): return
        default:
            differences.append(DeviceState.Difference(member: member, first: first, second: second))
        }
    }

    private mutating func compare(
        _ first: [(name: String, value: JSONValue)], _ second: [(name: String, value: JSONValue)]
    ) {
        let (first, second) = (Self.numbered(first), Self.numbered(second))
        var others = Dictionary(second.map { (Array($0.name.utf8), $0.value) }, uniquingKeysWith: { first, _ in first })
        for (name, value) in first {
            compare(value, others.removeValue(forKey: Array(name.utf8)), at: name)
        }
        for (name, value) in second where others[Array(name.utf8)] != nil {
            compare(nil, value, at: name)
        }
    }

    /// Compares as the digest does: Swift takes texts for equal that differ in bytes.
    private static func isSame(_ first: JSONValue?, _ second: JSONValue?) -> Bool {
        first?.jsonBytes() == second?.jsonBytes()
    }

    /// Tells apart what has the same name.
    private static func numbered(
        _ members: [(name: String, value: JSONValue)]
    ) -> [(name: String, value: JSONValue)] {
        var counts: [[UInt8]: Int] = [:]
        return members.map { name, value in
            let count = counts[Array(name.utf8), default: 0] + 1
            counts[Array(name.utf8)] = count
            return (count == 1 ? name : "\(name)#\(count)", value)
        }
    }

    private static func named(_ elements: [JSONValue], _ member: String) -> [(name: String, value: JSONValue)] {
        elements.enumerated().map { place, element in ("\(member)[\(element["index"] ?? JSONValue(place))]", element) }
    }
}
