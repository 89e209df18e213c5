internal import Virtio

extension DeviceState.Standard {
    func validate(deviceClass: DeviceClass) throws(DeviceState.Contradiction) {
        try validateMasks()
        try configuration?.validate(deviceClass: deviceClass)
        try validateQueueNumbers()
        try controlQueue?.validate(against: self, deviceClass: deviceClass)
        var rules = DeviceState.QueueRules(self)
        for (place, queue) in queues.enumerated() {
            try rules.validate(queue, at: "standard.queues[\(place)]")
        }
    }

    private func validateMasks() throws(DeviceState.Contradiction) {
        if let status, DeviceStatus(status) == nil {
            throw DeviceState.Contradiction(
                "standard.status.value", "\(HexadecimalNumber(status.value)) has more than the 8 bits of a status")
        }
        if let deviceFeatures, let negotiatedFeatures {
            let strange = Features(negotiatedFeatures).subtracting(Features(deviceFeatures))
            guard strange.isEmpty else {
                throw DeviceState.Contradiction(
                    "standard.negotiatedFeatures.value",
                    "\(strange.hexadecimal) was negotiated and is not among deviceFeatures")
            }
        }
    }

    /// That `queueCount` and the list can both be right; whether the list may be shorter says `completeness`.
    private func validateQueueNumbers() throws(DeviceState.Contradiction) {
        if let queueCount, queues.count > queueCount {
            throw DeviceState.Contradiction(
                "standard.queues", "\(queues.count) queues, but queueCount is \(queueCount)")
        }
    }
}
