import CLinux
import Netlink
import SystemPackage
import Virtio

extension SimulatedHostModel {
    /// `VDPA_CMD_DEV_NEW`, with the checks of the kernel in its order.
    mutating func create(_ new: NewDevice) throws(HostError) {
        do throws(NetlinkError) { insert(try checked(new)) } catch { throw HostError.creating(new, error) }
    }

    private func checked(_ new: NewDevice) throws(NetlinkError) -> SimulatedDevice {
        if let mtu = new.mtu, mtu < 68 { throw .refused(.outOfRange, "integer out of range") }
        guard new.maximumQueuePairs != 0 else {
            throw .refused(.invalidArgument, "vdpa: At least one pair of VQs is required")
        }
        if let features = new.features {
            let missing = new.requiredFeatures.subtracting(features)
            guard missing.isEmpty else {
                throw .refused(
                    .invalidArgument, "vdpa: Missing features \(missing.hexadecimal) for provided attributes")
            }
        }
        guard new.busName == nil,
            let deviceClass = managementDevices.first(where: { $0.managementDevice == new.managementDevice })
        else {
            throw .refused(.operationNotSupportedByDevice, "vdpa: Fail to find the specified management device")
        }
        let unsupported = new.providedAttributes & ~deviceClass.provisionableAttributes
        guard unsupported == 0 else {
            throw .refused(
                .notSupportedOnSocket,
                "vdpa: Some provided attributes are not supported: 0x\(String(unsupported, radix: 16))")
        }
        // These two have no text.
        if let features = new.features, !deviceClass.features.isSuperset(of: features) {
            throw .refused(.invalidArgument)
        }
        guard devices[new.name] == nil else { throw .refused(.fileExists) }
        return SimulatedDevice(new, of: deviceClass)
    }

    /// `VDPA_CMD_DEV_DEL`: with the node open the device goes after the last close, for which the kernel waits.
    mutating func delete(_ name: DeviceName) throws(HostError) {
        guard devices[name] != nil else {
            throw HostError(.noDevice, call: SimulatedCall.delete.rawValue, device: name)
        }
        remove(.device, of: name)
    }

    /// `VDPA_CMD_DEV_ATTR_SET` of the address, and a look at what has become of it.
    mutating func setMACAddress(_ address: MACAddress, of name: DeviceName) throws(HostError) {
        let call = SimulatedCall.setAttribute.rawValue
        guard let device = devices[name] else { throw HostError(.noDevice, call: call, device: name) }
        guard device.deviceClass == .net else {
            // The kernel reports success, with this text.
            let text = "vdpa: \(name) device not supported"
            throw HostError(
                .notSupported, "the management device of \(name) cannot change an address: \(text)", call: call,
                kernelMessage: text, missing: [call])
        }
        guard address.isUnicast else {
            let text = "vdpa: Invalid MAC address"
            throw HostError(
                .invalidArgument, "the kernel takes no \(address) for \(name): \(text)", call: call,
                errno: .notSupportedOnSocket, kernelMessage: text)
        }
        devices[name]?.configuration.replaceSubrange(0..<6, with: address.bytes)
        guard try configuration(of: name).network?.macAddress == address else {
            throw HostError(
                .verificationFailed,
                "the kernel took the address \(address) for \(name), which has none in its configuration", call: call)
        }
    }

    /// A write to a driver's `bind`.
    mutating func bind(_ name: DeviceName, to driver: BusDriver) throws(HostError) {
        guard let device = devices[name] else {
            throw .simulatedBinding("bind", name, driver, .operationNotSupportedByDevice, isOnBus: false)
        }
        if case .other = driver { throw .simulatedBinding("bind", name, driver, .noSuchFileOrDirectory) }
        guard device.driver == nil else { throw .simulatedBinding("bind", name, driver, .resourceBusy) }
        attach(name, driver)
        changes.append(.device(name))
    }

    /// A write to a driver's `unbind`: with the node open the driver goes after the last close, for which the kernel waits.
    mutating func unbind(_ name: DeviceName, from driver: BusDriver) throws(HostError) {
        if case .other = driver { throw .simulatedBinding("unbind", name, driver, .noSuchFileOrDirectory) }
        guard let device = devices[name], device.driver == driver else {
            throw .simulatedBinding(
                "unbind", name, driver, .operationNotSupportedByDevice, isOnBus: devices[name] != nil)
        }
        remove(.driver, of: name)
    }

    /// Changes who may open a node.
    mutating func permit(_ node: DeviceNode, _ change: (inout SimulatedRights) -> Void) throws(HostError) {
        let device = try device(behind: node)
        guard device.removal == nil else { throw node.permitting(node.path, .noSuchFileOrDirectory) }
        change(&devices[device.name, default: device].rights)
    }
}

extension HostError {
    /// A write to `bind` or `unbind` of a simulated driver that is refused.
    static func simulatedBinding(
        _ call: String, _ device: DeviceName, _ driver: BusDriver, _ errno: Errno, isOnBus: Bool = true
    ) -> HostError {
        binding(
            call, device, driver, errno, bus: SimulatedHostModel.bus,
            absence: isOnBus ? otherDriver(device, call, driver) : noDevice(device))
    }
}

extension NetlinkError {
    /// No device of the name that was given.
    static let noDevice = refused(.operationNotSupportedByDevice, "vdpa: device not found")

    /// A command that the kernel refused, with its text.
    static func refused(_ errno: Errno, _ text: String? = nil) -> NetlinkError {
        NetlinkError(
            code: .kernel, errno: errno, kernelMessage: text,
            message: text ?? "the kernel answered: \(errno)")
    }
}

extension NewDevice {
    /// The ids of the attributes that are given and configure the device, one bit for each.
    fileprivate var providedAttributes: UInt64 {
        let given = [
            (macAddress != nil, CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR), (mtu != nil, CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU),
            (maximumQueuePairs != nil, CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP),
            (features != nil, CLINUX_VDPA_ATTR_DEV_FEATURES),
        ]
        return given.reduce(0) { mask, attribute in attribute.0 ? mask | 1 << UInt64(attribute.1) : mask }
    }

    /// The features that the other attributes need: MAC, MTU, and MQ for more than one pair.
    fileprivate var requiredFeatures: Features {
        var features: Features = []
        if macAddress != nil { features.insert(Features(bit: 5)) }
        if mtu != nil { features.insert(Features(bit: 3)) }
        if let maximumQueuePairs, maximumQueuePairs > 1 { features.insert(Features(bit: 22)) }
        return features
    }
}

extension MACAddress {
    /// Neither multicast nor zero.
    fileprivate var isUnicast: Bool { bytes[0] & 1 == 0 && bytes.contains { $0 != 0 } }
}

extension SimulatedDevice {
    /// A device as it was asked for.
    fileprivate init(_ new: NewDevice, of deviceClass: SimulatedClass) {
        self.init(name: new.name, deviceClass: deviceClass, managementDevice: deviceClass.managementDevice)
        if let macAddress = new.macAddress { configuration.replaceSubrange(0..<6, with: macAddress.bytes) }
        if let mtu = new.mtu { configuration.store(mtu, at: 10) }
        if let features = new.features { offeredFeatures = offeredFeatures.intersection(features) }
    }
}
