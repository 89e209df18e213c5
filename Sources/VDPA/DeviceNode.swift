public import Virtio

/// The character device of a vDPA device that is bound to the `vhost_vdpa` driver: `/dev/vhost-vdpa-N`.
///
/// N and the minor number are reused, so a node is only valid together with the device's name: whoever opens it or
/// receives a descriptor of it compares device number and name afterwards.
public struct DeviceNode: Sendable, Hashable {
    /// The device behind the node.
    public var device: DeviceName

    /// N of `/dev/vhost-vdpa-N`.
    public var number: UInt32

    /// The node's device number.
    public var major: UInt32
    /// The node's device number.
    public var minor: UInt32

    /// Describes a node.
    public init(device: DeviceName, number: UInt32, major: UInt32, minor: UInt32) {
        self.device = device
        self.number = number
        self.major = major
        self.minor = minor
    }

    /// The node's path in devtmpfs.
    public var path: String { "/dev/vhost-vdpa-\(number)" }
}
