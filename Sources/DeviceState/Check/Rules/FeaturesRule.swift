internal import Virtio

enum FeaturesRule: CheckRule {
    static let field = CheckField.features

    /// A device may fail to work with a driver that does not accept these (virtio 1.3 §6.2), and drivers of the kernel do.
    private static let insisted: Features = [.version1, .accessPlatform]

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let target = question.target
        let label = { (features: Features) in features.labels(for: question.deviceClass).joined(separator: ", ") }
        // What the driver has accepted is among what it was offered.
        guard let wanted = question.negotiated ?? question.offered else {
            return CheckFinding(
                .unknown, "the document says neither which features the driver has accepted nor which it was offered",
                target: target.features?.hexadecimal)
        }
        guard let available = target.features else {
            return CheckFinding(
                .unknown, "it is not known which features \(target.name) offers", state: wanted.hexadecimal)
        }
        let lacking = wanted.subtracting(available)
        guard lacking.isEmpty else {
            let isCertain = question.negotiated != nil
            return CheckFinding(
                isCertain ? .blocking : .unknown,
                isCertain
                    ? "\(target.name) does not offer \(label(lacking))"
                    : "\(target.name) does not offer \(label(lacking)), and it is not known whether the driver has accepted that",
                state: wanted.hexadecimal, target: available.hexadecimal)
        }
        let refused = available.subtracting(wanted).intersection(insisted)
        guard refused.isEmpty else {
            return CheckFinding(
                .unknown, "\(target.name) may insist on \(label(refused)), which the driver has not accepted",
                state: wanted.hexadecimal, target: available.hexadecimal)
        }
        return accepted(question, available, wanted)
    }

    private static func accepted(_ question: CheckQuestion, _ available: Features, _ wanted: Features) -> CheckFinding {
        var finding = CheckFinding(
            .ok, "every feature that the driver has accepted is offered", state: wanted.hexadecimal,
            target: available.hexadecimal)
        let known = question.offered ?? wanted
        finding.maskable = available.subtracting(known).labels(for: question.deviceClass)
        if !finding.maskable.isEmpty {
            finding.reason += "; more are, and could be masked"
            if let features = question.featuresToChoose {
                finding.parameters = question.parameters { $0.features = features }
            }
        }
        return finding
    }
}
