public import LinuxIO
import SystemPackage
public import Virtio

/// Changes of the devices, of their binding, and of their nodes.
extension KernelHost {
    /// Makes a change in a worker. An unbinding from `vhost_vdpa` first makes sure that nobody holds the node.
    public func provision(_ step: ProvisioningStep) -> HostCall<Void> {
        if step.usesNetlink, let removalPending { return Self.failed(removalPending) }
        guard case .unbind(let device, .vhostVDPA, let node) = step else { return carryOut(step) }
        guard let node else {
            return Self.failed(
                HostError(.noNode, "the node of \(device) is not known, so nobody can tell who holds it"))
        }
        let gate = HostCall<Void>()
        let open = open(node)
        let queued = operations.yield { [self] in gate.resolve(await unbind(step, of: node, open)) }
        if case .terminated = queued { gate.resolve(.failure(Self.stopped)) }
        return gate
    }

    /// What a device's driver counts for these queues. Needs CAP_NET_ADMIN.
    public func statistics(of device: DeviceName, queues: [UInt32]) -> HostCall<DeviceStatistics> {
        if let removalPending { return Self.failed(removalPending) }
        return ask(.statistics(device, queues: queues), .netlink) { reply in
            guard case .statistics(let statistics) = reply else { return nil }
            return statistics
        }
    }

    /// Whether the kernel binds new devices by itself. Needs no right.
    public func autoprobe() -> HostCall<Bool> {
        ask(.autoprobe, .device) { reply in
            guard case .autoprobe(let isOn) = reply else { return nil }
            return isOn
        }
    }

    /// Opens a node in a worker and takes the descriptor from there.
    public func open(_ node: DeviceNode) -> HostCall<DescriptorHandoff> {
        let gate = HostCall<DescriptorHandoff>()
        pool.submit(.open(node), to: .device, as: pool.makeJobNumber()) { [self] result in
            gate.resolve(
                result.flatMap { answer in
                    if case .failure(let error) = answer.reply { return .failure(error) }
                    guard let descriptor = answer.descriptor else {
                        return .failure(HostError(.malformed, "a host worker passed no descriptor of \(node.path)"))
                    }
                    closeElsewhere(descriptor)
                    return .success(DescriptorHandoff(descriptor))
                })
        }
        return gate
    }

    private func carryOut(_ step: ProvisioningStep) -> HostCall<Void> {
        ask(.provision(step), step.usesNetlink ? .netlink : .device) { reply in
            guard case .provisioned = reply else { return nil }
            return ()
        }
    }

    /// Unbinds a device while this process alone has its node open, so that the kernel waits for nobody else.
    ///
    /// The kernel first takes the node away and then waits for its last close: as soon as the node is gone nobody can open
    /// it any more, and the descriptor is let go. Source: `vhost_vdpa_remove` in drivers/vhost/vdpa.c.
    private func unbind(
        _ step: ProvisioningStep, of node: DeviceNode, _ open: HostCall<DescriptorHandoff>
    ) async -> Result<Void, HostError> {
        var guardian: DescriptorHandoff?
        switch await open.wait(until: .distantFuture, on: pool.loop) {
        case .success(let opened): guardian = opened
        // Whoever was told EIO has passed the check that nobody else has the node open.
        case .failure(let error) where error.code == .deviceFailed: break
        case .failure(let error): return .failure(error)
        case nil: return .failure(Self.stopped)
        }
        watches.beginRemoval(of: node.number)
        let unbinding = carryOut(step)
        var pause: UInt64 = 1
        while let guardian, unbinding.value == nil, !Task.isCancelled, !Self.isRemoved(guardian) {
            let next = MonotonicInstant.now.advanced(byMilliseconds: pause)
            _ = await unbinding.wait(until: next, on: pool.loop)
            pause = min(pause * 2, 50)
        }
        guardian?.release()
        let result = await unbinding.wait(until: .distantFuture, on: pool.loop) ?? .failure(Self.stopped)
        if case .failure = result { watches.endRemoval(of: node.number) }
        return result
    }

    private static func isRemoved(_ opened: DescriptorHandoff) -> Bool {
        opened.toSend.contains { descriptor in
            descriptor.withDescriptor { descriptor in (try? descriptor.status().links) == 0 }
        }
    }
}
