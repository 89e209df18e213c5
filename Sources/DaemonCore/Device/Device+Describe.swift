import ControlAPI
import DeviceState
import JSON
import LinuxIO
import VDPA
import Virtio

/// Describing what the device offers.
extension Device {
    /// How long a device that does not answer holds up the description of its host, in milliseconds.
    private nonisolated var patienceForDescription: UInt32 { 1_000 }

    /// What is known of the device without opening it, once it was asked by way of who holds it.
    ///
    /// - Parameter deadlineMs: How long the caller waits.
    /// - Returns: The description; nil if it has left the bus.
    func description(deadlineMs: UInt32) async -> HostDescription.Device? {
        let patience = min(deadlineMs, patienceForDescription)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: UInt64(patience))
        var reason = "it is read from an open descriptor only, and nobody has had the device open"
        do throws(ControlError) {
            let params = DeviceParams(device: name, deadlineMs: patience)
            _ = try await look(params, descriptor: nil, turn: takeTurn())
        } catch {
            reason = error.message
        }
        var ignored: [DeviceState.MissingPart] = []
        let netlink = await netlinkConfiguration(until: deadline, &ignored)
        guard let info else { return nil }
        return description(of: info, netlink, reason)
    }

    /// What is known of the device, without asking it. `reason` is given for what only an open descriptor tells.
    func description(
        of info: HostDevice, _ netlink: NetlinkConfiguration?, _ reason: String
    ) -> HostDescription.Device {
        let seen = access == .none || access == .host ? nil : lastSeen?.observation
        let features = seen?.features ?? netlink?.features
        var device = HostDescription.Device(name: name)
        device.deviceClass = info.deviceClass ?? seen?.deviceClass ?? netlink?.deviceClass
        device.vendorId = info.vendorID
        device.managementDevice = info.managementDevice
        device.isHeld = access == .host ? true : isHeld
        device.features = features.map { NamedMask($0, for: device.deviceClass) }
        device.backendFeatures = capabilities.map { NamedMask($0.backendFeatures) }
        device.configuration = configuration(seen, netlink, of: device.deviceClass, features ?? [])
        device.queueCount = seen?.queueCount ?? info.queueCount
        device.maximumQueueSize = (capabilities?.maximumQueueSize ?? info.maximumQueueSize).map { UInt32($0) }
        device.minimumQueueSize = info.minimumQueueSize.map { UInt32($0) }
        device.groupCount = capabilities?.groupCount
        device.addressSpaceCount = capabilities?.addressSpaceCount
        device.iovaRange = capabilities?.iovaRange
        device.missing = missing(of: device, reason, seen)
        return device
    }

    private func configuration(
        _ seen: DeviceObservation?, _ netlink: NetlinkConfiguration?, of deviceClass: DeviceClass?, _ features: Features
    ) -> HostDescription.Configuration? {
        var configuration = HostDescription.Configuration()
        configuration.size = capabilities?.configurationSize
        if let bytes = seen?.configuration {
            configuration.raw = HexadecimalBytes(bytes)
            if deviceClass == .net { configuration.net = NetworkConfiguration(bytes: bytes, features: features) }
            if deviceClass == .block { configuration.block = BlockConfiguration(bytes: bytes, features: features) }
        } else {
            configuration.net = netlink?.network
            configuration.block = netlink?.block
        }
        return configuration == HostDescription.Configuration() ? nil : configuration
    }

    private func missing(
        of device: HostDescription.Device, _ reason: String, _ seen: DeviceObservation?
    ) -> [DeviceState.MissingPart] {
        let descriptor: [(String, Bool)] = [
            ("backendFeatures", device.backendFeatures != nil),
            ("configuration.size", device.configuration?.size != nil),
            ("groupCount", device.groupCount != nil), ("addressSpaceCount", device.addressSpaceCount != nil),
            ("iovaRange", device.iovaRange != nil),
        ]
        let inventory: [(String, Bool)] = [
            ("class", device.deviceClass != nil), ("vendorId", device.vendorId != nil),
            ("managementDevice", device.managementDevice != nil), ("held", device.isHeld != nil),
            ("features", device.features != nil), ("queueCount", device.queueCount != nil),
            ("maximumQueueSize", device.maximumQueueSize != nil), ("minimumQueueSize", device.minimumQueueSize != nil),
        ]
        let why = capabilities == nil ? reason : "the kernel does not tell it"
        return inventory.filter { !$0.1 }.map {
            DeviceState.MissingPart(part: $0.0, reason: "neither netlink nor sysfs tells it", supplier: .nobody)
        }
            + descriptor.filter { !$0.1 }.map {
                DeviceState.MissingPart(part: $0.0, reason: why, supplier: capabilities == nil ? .vdpad : .nobody)
            }
            + (device.configuration?.raw == nil
                ? [
                    DeviceState.MissingPart(
                        part: "configuration.raw", reason: reasonWithoutConfiguration(seen, reason), supplier: .vdpad)
                ] : [])
    }

    private func reasonWithoutConfiguration(_ seen: DeviceObservation?, _ reason: String) -> String {
        guard let seen else { return capabilities == nil ? reason : "nobody has the device open" }
        return seen.status.contains(.featuresOK)
            ? "it never read the same twice" : "it is read only while a driver has set FEATURES_OK"
    }
}
