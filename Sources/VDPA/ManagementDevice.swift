public import Virtio

/// A vDPA management device: what can create devices (`vdpa mgmtdev`).
///
/// Source: `VDPA_CMD_MGMTDEV_GET` of the `vdpa` generic netlink family, `drivers/vdpa/vdpa.c`.
public struct ManagementDevice: Sendable, Hashable {
    /// The bus of the device (`pci`, `auxiliary`), nil for a software device such as the simulators.
    public var busName: String?

    /// The device's name on its bus.
    public var name: String

    /// The device classes that it can create.
    public var classes: [DeviceClass]

    /// The most virtqueues that one device can have, nil where the kernel does not say.
    public var maximumQueues: UInt32?

    /// The device features that can be provisioned, nil where the kernel does not say.
    public var features: Features?

    /// Describes a management device.
    public init(
        busName: String?, name: String, classes: [DeviceClass], maximumQueues: UInt32?, features: Features?
    ) {
        self.busName = busName
        self.name = name
        self.classes = classes
        self.maximumQueues = maximumQueues
        self.features = features
    }

    /// The name by which iproute2 and vdpad address it: `BUS/NAME`, or `NAME` without a bus.
    public var handle: String {
        if let busName { "\(busName)/\(name)" } else { name }
    }
}
