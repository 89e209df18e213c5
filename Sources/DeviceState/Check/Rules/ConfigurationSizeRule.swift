internal import Virtio

enum ConfigurationSizeRule: CheckRule {
    static let field = CheckField.configurationSize

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let wanted = question.standard.configuration.map(\.size)
        let known = question.target.witnessed { $0.configuration?.size }
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(
                verdict, reason, state: wanted.map { "\($0) bytes" }, target: known.map { "\($0.value) bytes" })
        }
        guard let wanted else { return found(.unknown, "the document does not have the configuration") }
        guard let known else {
            return found(
                .unknown, "only an open descriptor tells how large the configuration of \(question.target.name) is")
        }
        if known.value >= wanted { return found(.ok, "it is not smaller\(known.source)") }
        guard let needed = byteCount(question) else {
            return found(.unknown, "it is smaller\(known.source), and it is not known what the driver reads of it")
        }
        if known.value >= needed { return found(.ok, "it has every field that the driver may read\(known.source)") }
        return found(.blocking, "the driver may read beyond its end\(known.source)")
    }

    /// How much a driver may read; all of a class that is not decoded.
    private static func byteCount(_ question: CheckQuestion) -> Int? {
        switch question.deviceClass {
        case .net: question.negotiated.map(NetworkConfiguration.byteCount)
        case .block: question.negotiated.map(BlockConfiguration.byteCount)
        default: question.standard.configuration.map(\.size)
        }
    }
}
