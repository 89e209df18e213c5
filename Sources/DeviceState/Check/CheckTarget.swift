public import Virtio

/// What a state is compared with: a device, or a management device that could make one.
public enum CheckTarget: Sendable, Hashable {
    /// The device of this name.
    case device(DeviceName)
    /// The management device: `BUS/NAME`, or `NAME` for one without a bus.
    case managementDevice(String)
}
