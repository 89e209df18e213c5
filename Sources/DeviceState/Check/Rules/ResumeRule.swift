internal import Virtio

enum ResumeRule: BackendFeatureRule {
    static let field = CheckField.resume
    static let feature = BackendFeatures.resume
    static let loss = "there a stopped device could go on only by a reset"

    static func exemption(_ question: CheckQuestion) -> String? { stopBitExemption(question) }
}
