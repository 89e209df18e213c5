import DeviceState
import VDPA

extension CheckField {
    /// The member of a state document that is compared.
    var stateField: StateField {
        switch self {
        case .completeness: StateField(rawValue: "completeness")
        case .deviceClass: .deviceClass
        case .status: .status
        case .stability: StateField(rawValue: "stability")
        case .features, .readOnly, .ringFormat: .negotiatedFeatures
        case .suspend, .resume, .enableAfterDriverOk, .mappingPersistence: .backendFeatures
        case .configurationSize, .mac, .mtu, .queuePairs, .receiveSideScaling, .link, .capacity, .blockSize,
            .requestLimits, .requestQueues, .writeCache, .zones, .layoutHints, .otherConfiguration:
            .configuration
        case .queueCount: .queueCount
        case .queueSize: StateField(rawValue: "standard.queues")
        case .groups: StateField(rawValue: "standard.groupCount")
        case .addressSpaces: .addressSpaces
        case .iovaRange: .iovaRange
        case .implementation: StateField(rawValue: "implementation")
        }
    }
}
