internal import Virtio

/// A backend feature that must be there if the source has it and something depends on it.
protocol BackendFeatureRule: CheckRule {
    static var feature: BackendFeatures { get }
    /// What is lost without it.
    static var loss: String { get }

    /// Why nothing depends on it; nil if something does.
    static func exemption(_ question: CheckQuestion) -> String?
}

extension BackendFeatureRule {
    static var name: String { feature.names.joined() }

    static func exemption(_ question: CheckQuestion) -> String? { nil }

    /// The feature is the device's, so a target that offers it can be stopped by it, and goes on by it.
    static func stopBitExemption(_ question: CheckQuestion) -> String? {
        guard question.negotiated?.contains(.suspend) == true else { return nil }
        return "the driver has accepted the feature SUSPEND, by which the status stops the device"
    }

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let source = question.standard.backendFeatures.map { BackendFeatures($0).contains(feature) }
        let state = source.map { $0 ? name : "no \(name)" }
        let offer = question.target.witnessed { $0.backendFeatures.map { BackendFeatures($0).contains(feature) } }
        let target = offer.map { $0.value ? name : "no \(name)" }
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: state, target: target)
        }
        if let exemption = exemption(question) { return found(.ok, exemption) }
        if source == false { return found(.ok, "the source does without \(name)") }
        guard let offer else {
            return found(
                .unknown,
                "only an open descriptor tells whether \(question.target.name) offers \(name), and none was read")
        }
        if offer.value { return found(.ok, "\(question.target.name) offers \(name)\(offer.source)") }
        guard source == true else {
            return found(
                .unknown,
                "\(question.target.name) does not offer \(name)\(offer.source), and it is not known whether the source does"
            )
        }
        return found(.blocking, "\(question.target.name) does not offer \(name)\(offer.source): \(loss)")
    }
}
