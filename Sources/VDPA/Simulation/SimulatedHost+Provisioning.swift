public import LinuxIO
public import Virtio

/// Changes of the simulated devices, of their binding, and of their nodes.
extension SimulatedHost {
    /// Makes a change of the simulated host.
    public func provision(_ step: ProvisioningStep) -> HostCall<Void> {
        call(
            .request(.provision(step), passed: nil), step.operation, on: step.device,
            in: step.usesNetlink ? .netlink : .unordered
        ) { notice in
            guard case .reply(_, .provisioned) = notice else { return nil }
            return ()
        }
    }

    /// What a simulated device counts.
    public func statistics(of device: DeviceName, queues: [UInt32]) -> HostCall<DeviceStatistics> {
        call(
            .request(.statistics(device, queues: queues), passed: nil), "VDPA_CMD_DEV_VSTATS_GET", on: device,
            in: .netlink
        ) { notice in
            guard case .reply(_, .statistics(let statistics)) = notice else { return nil }
            return statistics
        }
    }

    /// Whether new devices are bound by themselves.
    public func autoprobe() -> HostCall<Bool> {
        call(.request(.autoprobe, passed: nil), "drivers_autoprobe", in: .unordered) { notice in
            guard case .reply(_, .autoprobe(let isOn)) = notice else { return nil }
            return isOn
        }
    }

    /// Opens a node for somebody else, who gets a file that stands for the descriptor.
    public func open(_ node: DeviceNode) -> HostCall<DescriptorHandoff> {
        ask(.request(.open(node), passed: nil), "open", on: node.device, in: .unordered) { answer in
            guard case .reply(_, .opened) = answer.notice else { return nil }
            return answer.descriptor.map(DescriptorHandoff.init)
        }
    }
}
