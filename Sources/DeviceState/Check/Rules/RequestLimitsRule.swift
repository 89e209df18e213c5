internal import Virtio

enum RequestLimitsRule: CheckRule {
    static let field = CheckField.requestLimits
    static let features: Features = limits.reduce(into: []) { $0.formUnion($1.feature) }

    /// A limit of the requests that a driver may make once it has accepted a feature.
    private struct Limit {
        let name: String
        let feature: Features
        let read: @Sendable (BlockConfiguration) -> UInt32?
        /// Whether drivers take 0 for no limit, as Linux does; the standard gives 0 no meaning.
        var isUnlimitedAtZero: Bool { !feature.isDisjoint(with: RequestLimitsRule.zeroable) }
    }

    private static let zeroable: Features = [
        Features.Block.discard, Features.Block.writeZeroes, Features.Block.secureErase,
    ]

    private static let limits = [
        Limit(name: "segment bytes", feature: Features.Block.maximumSegmentSize) { $0.maximumSegmentSize },
        Limit(name: "segments", feature: Features.Block.maximumSegments) { $0.maximumSegments },
        Limit(name: "discard sectors", feature: Features.Block.discard) { $0.maximumDiscardSectors },
        Limit(name: "discard segments", feature: Features.Block.discard) { $0.maximumDiscardSegments },
        Limit(name: "write zeroes sectors", feature: Features.Block.writeZeroes) { $0.maximumWriteZeroesSectors },
        Limit(name: "write zeroes segments", feature: Features.Block.writeZeroes) { $0.maximumWriteZeroesSegments },
        Limit(name: "secure erase sectors", feature: Features.Block.secureErase) { $0.maximumSecureEraseSectors },
        Limit(name: "secure erase segments", feature: Features.Block.secureErase) { $0.maximumSecureEraseSegments },
    ]

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let used = limits.filter { question.mayUse($0.feature) }
        let name = question.target.name
        guard !used.isEmpty else { return CheckFinding(.ok, "the driver has accepted no feature that has limits") }
        guard let source = question.block else {
            return CheckFinding(.unknown, "the document does not have the limits of requests")
        }
        guard let target = question.target.configuration?.block else {
            return CheckFinding(.unknown, "only the device itself tells the limits of requests")
        }
        var unknown: [String] = []
        for limit in used {
            guard let wanted = limit.read(source), let present = limit.read(target) else {
                unknown.append(limit.name)
                continue
            }
            guard wanted == present || (wanted != 0 && present != 0) || !limit.isUnlimitedAtZero else {
                return CheckFinding(
                    .unknown, "0 \(limit.name) may mean none or any number", state: "\(wanted)",
                    target: "\(present)")
            }
            guard wanted <= present else {
                return CheckFinding(
                    .blocking, "\(name) takes fewer \(limit.name) in a request", state: "\(wanted)",
                    target: "\(present)")
            }
        }
        guard unknown.isEmpty else {
            return CheckFinding(.unknown, "it is not known of both: \(unknown.joined(separator: ", "))")
        }
        return CheckFinding(.ok, "no limit of requests is lower")
    }
}
