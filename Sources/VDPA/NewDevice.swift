public import Virtio

/// What `VDPA_CMD_DEV_NEW` is given. What is nil is left to the management device.
public struct NewDevice: Sendable, Hashable {
    /// The name.
    public var name: DeviceName
    /// The bus of the management device; nil for one without a bus.
    public var busName: String?
    /// The management device's name on its bus.
    public var managementDevice: String
    /// A network device's address.
    public var macAddress: MACAddress?
    /// A network device's MTU.
    public var mtu: UInt16?
    /// A network device's queue pairs, at most.
    public var maximumQueuePairs: UInt16?
    /// The features that it offers.
    public var features: Features?

    /// A device as the management device makes it by itself.
    public init(_ name: DeviceName, by device: ManagementDevice) {
        self.name = name
        self.busName = device.busName
        self.managementDevice = device.name
    }
}
