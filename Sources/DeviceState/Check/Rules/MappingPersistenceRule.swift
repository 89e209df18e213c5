internal import Virtio

/// Nothing in a state depends on it: the VMM of the target negotiates it anew, and maps again where it is not offered.
enum MappingPersistenceRule: CheckRule {
    static let field = CheckField.mappingPersistence

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let offer = question.target.witnessed { device in
            device.backendFeatures.map { BackendFeatures($0).contains(.iotlbPersist) }
        }
        let name = question.target.name
        let bit = BackendFeatures.iotlbPersist.names.joined()
        let finding =
            switch offer?.value {
            case true: CheckFinding(.ok, "mappings survive a reset of \(name)", target: bit)
            case false: CheckFinding(.ok, "after a reset of \(name) its VMM maps again", target: "no \(bit)")
            case nil: CheckFinding(.unknown, "whether mappings survive a reset of \(name), its VMM will find out")
            }
        return finding.asAdvice
    }
}
