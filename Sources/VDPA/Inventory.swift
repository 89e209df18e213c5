/// All management devices and devices of the host at one moment: the union of netlink and sysfs.
public struct Inventory: Sendable, Hashable {
    /// The management devices, in the kernel's order.
    public var managementDevices: [ManagementDevice]

    /// The devices, sorted by name.
    public var devices: [HostDevice]

    /// Why netlink could not be asked (no `vdpa` module, another network namespace); nil when it answered.
    public var netlinkFailure: HostError?

    /// Names on the bus that vdpad does not manage because they are not valid device names.
    public var foreignNames: [String]

    /// Describes an inventory.
    public init(
        managementDevices: [ManagementDevice], devices: [HostDevice], netlinkFailure: HostError? = nil,
        foreignNames: [String] = []
    ) {
        self.managementDevices = managementDevices
        self.devices = devices
        self.netlinkFailure = netlinkFailure
        self.foreignNames = foreignNames
    }
}
