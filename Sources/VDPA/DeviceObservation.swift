public import Virtio

/// What can be read from an open vhost-vdpa descriptor by anybody who has it, owner or not.
public struct DeviceObservation: Sendable, Hashable {
    /// The device status byte. It never shows a suspension by ioctl.
    public var status: DeviceStatus

    /// The device's class.
    public var deviceClass: DeviceClass

    /// The features that the device offers. There is no ioctl for the negotiated ones.
    public var features: Features

    /// The backend features that the kernel offers for the device.
    public var backendFeatures: BackendFeatures

    /// The largest ring size.
    public var maximumQueueSize: UInt16

    /// How many virtqueues there are, control queue included; nil before Linux 5.18.
    public var queueCount: UInt32?

    /// How many virtqueue groups there are; nil before Linux 5.19.
    public var groupCount: UInt32?

    /// How many address spaces there are; nil before Linux 5.19.
    public var addressSpaceCount: UInt32?

    /// The I/O virtual addresses that can be mapped.
    public var iovaRange: AddressRange?

    /// How many bytes the configuration space has; nil before Linux 5.18.
    public var configurationSize: UInt32?

    /// The configuration space, read twice until both were equal; nil when it was not read.
    ///
    /// It is read only with FEATURES_OK set: before that the kernel tells the device that its driver is a legacy one.
    public var configuration: [UInt8]?

    /// Whether the kernel lets single bits of the status be cleared.
    public var clearsStatusBits = false

    /// Describes what was read.
    public init(
        status: DeviceStatus, deviceClass: DeviceClass, features: Features, backendFeatures: BackendFeatures,
        maximumQueueSize: UInt16
    ) {
        self.status = status
        self.deviceClass = deviceClass
        self.features = features
        self.backendFeatures = backendFeatures
        self.maximumQueueSize = maximumQueueSize
    }
}
