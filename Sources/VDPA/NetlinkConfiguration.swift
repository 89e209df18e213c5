public import Virtio

/// What `VDPA_CMD_DEV_CONFIG_GET` says of one device.
///
/// It is asked per device: a dump ends silently at the first device of a class that is neither net nor block.
public struct NetlinkConfiguration: Sendable, Hashable {
    /// The device's class.
    public var deviceClass: DeviceClass?

    /// The features that the device offers.
    public var features: Features?

    /// The features that the driver accepted; nil before FEATURES_OK, which is not the same as none.
    public var negotiatedFeatures: Features?

    /// The configuration of a network device.
    public var network: NetworkConfiguration?

    /// The configuration of a block device.
    public var block: BlockConfiguration?

    /// Describes an empty configuration.
    public init() {}
}
