public import LinuxIO
public import Virtio

/// Changes of the simulated devices, of their binding, and of their nodes.
extension SimulatedHost {
    /// Makes a change of the simulated host.
    public func provision(_ step: ProvisioningStep) -> HostCall<Void> { Self.unknown(step.operation) }

    /// What a simulated device counts.
    public func statistics(of device: DeviceName, queues: [UInt32]) -> HostCall<DeviceStatistics> {
        Self.unknown("VDPA_CMD_DEV_VSTATS_GET")
    }

    /// Whether new devices are bound by themselves.
    public func autoprobe() -> HostCall<Bool> { Self.unknown("drivers_autoprobe") }

    /// Opens a node for somebody else.
    public func open(_ node: DeviceNode) -> HostCall<DescriptorHandoff> { Self.unknown("open") }

    private static func unknown<Value>(_ operation: String) -> HostCall<Value> {
        let gate = HostCall<Value>()
        gate.resolve(.failure(HostError(.notSupported, "the simulated host does not know \(operation) yet")))
        return gate
    }
}
