internal import Virtio

enum SuspendRule: BackendFeatureRule {
    static let field = CheckField.suspend
    static let feature = BackendFeatures.suspend
    static let loss = "there the device could not be stopped again and keep its state"

    static func exemption(_ question: CheckQuestion) -> String? { stopBitExemption(question) }
}
