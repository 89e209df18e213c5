import ControlAPI
import DeviceState
import JSON
import LinuxIO
import VDPA
import Virtio

/// What this host offers, and whether a host would accept a state.
extension Daemon {
    /// `system.describe`
    func describeHost(
        _ params: SystemDescribeMethod.Params
    ) async throws(ControlError) -> SystemDescribeMethod.Result {
        SystemDescribeMethod.Result(host: try await describeHost(params.deadlineMs) { _ in true })
    }

    /// `state.check`
    func checkState(
        _ params: StateCheckMethod.Params, _ rights: AccessRights
    ) async throws(ControlError) -> StateCheckMethod.Result {
        guard let target = params.target.selection else {
            throw ControlError(
                .invalidParams, "params.target: exactly one of device and managementDevice must be given")
        }
        let state = try Self.verified(params.state)
        let host =
            if let document = params.target.host {
                try Self.verified(document)
            } else {
                try await describe(for: target, params.deadlineMs, rights)
            }
        do throws(StateCheckError) {
            return try StateCheck(of: state, with: target, on: host)
        } catch {
            throw ControlError(error)
        }
    }

    /// This host, as far as a check against the target looks at it, and a caller may: what it answers names the devices of
    /// which something is known.
    func describe(
        for target: CheckTarget, _ deadlineMs: UInt32?, _ rights: AccessRights = .everything
    ) async throws(ControlError) -> HostDescription {
        let maker: String?
        switch target {
        case .managementDevice(let handle): maker = handle
        case .device(let name): maker = await (try findDevice(name)).info?.managementDevice
        }
        return try await describeHost(deadlineMs) { device in
            target == .device(device.name)
                || (maker != nil && device.managementDevice == maker && rights.role(on: device.name) != nil)
        }
    }

    /// This host, with those of its devices that are wanted, one after the other: what is asked of a device that does not
    /// answer ends soon. Its time is that of the inventory where netlink does not answer now.
    private func describeHost(
        _ deadlineMs: UInt32?, _ isWanted: (HostDevice) -> Bool
    ) async throws(ControlError) -> HostDescription {
        let deadline = MonotonicInstant.now.advanced(
            byMilliseconds: UInt64(deadlineMs ?? environment.defaultDeadlineMs))
        var asOf: String?
        if let refresh = refreshIfNeeded() { asOf = try await finish(refresh) }
        var described: [HostDescription.Device] = []
        for info in inventory.devices where isWanted(info) {
            let now = MonotonicInstant.now
            let left = now < deadline ? deadline.nanoseconds(since: now) / 1_000_000 : 0
            // A deadline that has passed still leaves what is known.
            let milliseconds = UInt32(clamping: max(1, left))
            if let device = await device(info.name)?.description(deadlineMs: milliseconds) { described.append(device) }
        }
        return HostDescription(
            host: HostDescription.Origin(
                name: environment.source.host, kernel: environment.source.kernel, vdpad: identity.version,
                time: asOf ?? Timestamp.now.text),
            managementDevices: inventory.managementDevices.map { device in
                HostDescription.ManagementDevice(
                    name: device.handle, classes: device.classes, maximumQueues: device.maximumQueues,
                    features: device.features)
            },
            devices: described)
    }

    private static func verified(_ document: EnclosedDocument<DeviceState>) throws(ControlError) -> DeviceState {
        do throws(DeviceStateError) {
            return try DeviceState.verify(document.value)
        } catch {
            throw ControlError(.invalidState, "\(error)")
        }
    }

    private static func verified(
        _ document: EnclosedDocument<HostDescription>
    ) throws(ControlError) -> HostDescription {
        do throws(HostDescriptionError) {
            return try HostDescription.verify(document.value)
        } catch {
            throw ControlError(.invalidState, "\(error)")
        }
    }
}

extension ControlError {
    /// A target that the host does not have.
    init(_ error: StateCheckError) {
        switch error {
        case .deviceNotFound(let name, _): self.init(.deviceNotFound, "\(error)", device: name)
        case .managementDeviceNotFound: self.init(.managementDeviceNotFound, "\(error)")
        }
    }
}
