import JSON
public import Virtio

extension DeviceState.Identity {
    /// The identity of a device.
    public init(name: DeviceName, deviceClass: DeviceClass, vendorID: UInt32?) {
        self.init(name: name, deviceClass: deviceClass, classId: deviceClass.id, vendorId: vendorID)
    }
}

extension DeviceState.Configuration {
    /// A configuration space, decoded as its class and features say.
    ///
    /// - Parameters:
    ///   - bytes: The whole space.
    ///   - deviceClass: Net, block and fs are decoded.
    ///   - features: The negotiated features if they are known, else those that the device offers.
    public init(bytes: [UInt8], deviceClass: DeviceClass, features: Features) {
        self.init(
            size: bytes.count, raw: HexadecimalBytes(bytes),
            net: deviceClass == .net ? NetworkConfiguration(bytes: bytes, features: features) : nil,
            block: deviceClass == .block ? BlockConfiguration(bytes: bytes, features: features) : nil,
            fs: deviceClass == .fs ? FileSystemConfiguration(bytes: bytes, features: features) : nil)
    }
}

extension DeviceState.Standard {
    /// What was read from a device; nil is what could not be read. Masks get their names here and the configuration is
    /// decoded under the features that the device offers, as its fields are there whether negotiated or not.
    public init(
        deviceClass: DeviceClass, status: DeviceStatus?, deviceFeatures: Features?, negotiatedFeatures: Features?,
        backendFeatures: BackendFeatures?, configuration: [UInt8]?, queueCount: UInt32?, queues: [DeviceState.Queue],
        groupCount: UInt32?, addressSpaceCount: UInt32?, iovaRange: AddressRange?
    ) {
        self.init(
            status: status.map { NamedMask($0, negotiated: negotiatedFeatures ?? []) },
            deviceFeatures: deviceFeatures.map { NamedMask($0, for: deviceClass) },
            negotiatedFeatures: negotiatedFeatures.map { NamedMask($0, for: deviceClass) },
            backendFeatures: backendFeatures.map { NamedMask($0) },
            configuration: configuration.map {
                DeviceState.Configuration(
                    bytes: $0, deviceClass: deviceClass, features: deviceFeatures ?? negotiatedFeatures ?? [])
            },
            queueCount: queueCount, queues: queues.sorted { $0.index < $1.index }, groupCount: groupCount,
            addressSpaceCount: addressSpaceCount, iovaRange: iovaRange)
    }
}
