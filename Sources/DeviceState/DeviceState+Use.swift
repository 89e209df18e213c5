internal import Virtio

/// What the driver may use of the device.
extension DeviceState {
    /// Whether the driver may use one of these features: not when it is known not to have accepted any.
    func mayUse(_ features: Features) -> Bool {
        guard let known = (standard.negotiatedFeatures ?? standard.deviceFeatures).map({ Features($0) }) else {
            return true
        }
        return !known.isDisjoint(with: features)
    }

    /// How many queues the driver may use: those up to the last one that its features allow. Nil if it is not known.
    public var queuesInUse: UInt32? {
        guard standard.negotiatedFeatures != nil else { return standard.queueCount }
        switch identity.deviceClass {
        case .net:
            // Without the control queue a driver cannot ask for more than one pair.
            guard mayUse(Features.Net.controlQueue) else { return 2 }
            guard mayUse(Features.Net.severalPairs) else { return 3 }
            return standard.configuration?.net?.maximumQueuePairs.map { UInt32($0) * 2 + 1 } ?? standard.queueCount
        case .block:
            guard mayUse(Features.Block.multiqueue) else { return 1 }
            return standard.configuration?.block?.queues.map { UInt32($0) } ?? standard.queueCount
        default: return standard.queueCount
        }
    }
}
