import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Reads all that anybody may read, the configuration only where reading has no side effect.
    borrowing func observe() throws(HostError) -> DeviceObservation {
        var observation = DeviceObservation(
            status: try status(), deviceClass: try deviceClass(), features: try features(),
            backendFeatures: try backendFeatures(), maximumQueueSize: try maximumQueueSize())
        observation.clearsStatusBits = clearsStatusBits()
        observation.queueCount = try queueCount()
        observation.groupCount = try groupCount()
        observation.addressSpaceCount = try addressSpaceCount()
        observation.iovaRange = try iovaRange()
        observation.configurationSize = try configurationSize()
        if observation.status.contains(.featuresOK), let size = observation.configurationSize {
            observation.configuration = try stableConfiguration(size: size)
        }
        return observation
    }

    /// Reads again what can change while the device is open; all else is as before.
    borrowing func observe(again before: DeviceObservation) throws(HostError) -> DeviceObservation {
        var observation = before
        observation.status = try status()
        observation.configuration = try before.configurationSize.flatMap { size throws(HostError) in
            observation.status.contains(.featuresOK) ? try stableConfiguration(size: size) : nil
        }
        return observation
    }

    /// Reads the configuration until two reads agree: the kernel shows no generation counter, so one read may be torn.
    borrowing func stableConfiguration(size: UInt32) throws(HostError) -> [UInt8]? {
        guard size > 0 else { return [] }
        var last = try configuration(offset: 0, count: size)
        for _ in 0..<4 {
            let next = try configuration(offset: 0, count: size)
            if next == last { return next }
            last = next
        }
        return nil
    }
}
