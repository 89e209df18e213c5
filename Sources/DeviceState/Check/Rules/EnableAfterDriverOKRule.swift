internal import Virtio

/// What a driver has set through the control queue is set again through it while the other queues are not enabled yet;
/// without the bit, enabling them later may silently do nothing.
enum EnableAfterDriverOKRule: BackendFeatureRule {
    static let field = CheckField.enableAfterDriverOk
    static let feature = BackendFeatures.enableAfterDriverOK
    static let loss = "what was set through the control queue could not be set again before the other queues start"

    static func exemption(_ question: CheckQuestion) -> String? {
        guard question.deviceClass == .net, question.mayUse(Features.Net.controlQueue) else {
            return "there is no control queue through which anything has to be set first"
        }
        return nil
    }
}
