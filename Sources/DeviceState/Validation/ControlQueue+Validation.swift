internal import Virtio

extension DeviceState.ControlQueue {
    /// The largest number of a VLAN (IEEE 802.1Q).
    private static let lastVLAN: UInt16 = 4_095

    func validate(
        against standard: DeviceState.Standard, deviceClass: DeviceClass, at place: String = "standard.controlQueue"
    ) throws(DeviceState.Contradiction) {
        guard deviceClass == .net else {
            throw DeviceState.Contradiction(place, "the class of the device is \(deviceClass)")
        }
        if let negotiated = standard.negotiatedFeatures, !Features(negotiated).contains(.networkControlQueue) {
            throw DeviceState.Contradiction(place, "CTRL_VQ is not among negotiatedFeatures")
        }
        try validateAgainstFeatures(standard.negotiatedFeatures.map { Features($0) }, at: place)
        if let queuePairs {
            let limit = standard.configuration?.net?.maximumQueuePairs ?? 0x8000
            guard (1...max(limit, 1)).contains(queuePairs) else {
                throw DeviceState.Contradiction("\(place).queuePairs", "\(queuePairs) is out of range 1...\(limit)")
            }
        }
        for (index, address) in (unicast ?? []).enumerated() where address.isMulticast {
            throw DeviceState.Contradiction("\(place).unicast[\(index)]", "\(address) is a multicast address")
        }
        for (index, address) in (multicast ?? []).enumerated() where !address.isMulticast {
            throw DeviceState.Contradiction("\(place).multicast[\(index)]", "\(address) is no multicast address")
        }
        for (index, vlan) in (vlans ?? []).enumerated() where vlan > Self.lastVLAN {
            throw DeviceState.Contradiction("\(place).vlans[\(index)]", "\(vlan) is out of range 0...\(Self.lastVLAN)")
        }
    }

    private func validateAgainstFeatures(
        _ negotiated: Features?, at place: String
    ) throws(DeviceState.Contradiction) {
        guard let negotiated else { return }
        let several: Features = [Features.Net.multiqueue, Features.Net.receiveSideScaling]
        if let queuePairs, queuePairs > 1, negotiated.isDisjoint(with: several) {
            throw DeviceState.Contradiction(
                "\(place).queuePairs", "\(queuePairs), but neither MQ nor RSS is among negotiatedFeatures")
        }
        if let guestOffloads {
            let strange = Features(rawValue: guestOffloads.value).subtracting(negotiated)
            guard strange.isEmpty else {
                throw DeviceState.Contradiction(
                    "\(place).guestOffloads", "\(strange.hexadecimal) is not among negotiatedFeatures")
            }
        }
    }
}
