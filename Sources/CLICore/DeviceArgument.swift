internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// The argument of every command that concerns one device.
struct DeviceArgument: ParsableArguments {
    @Argument(
        help: "The device's name on the vdpa bus.", completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var device: DeviceName

    func target(_ global: GlobalOptions) -> DeviceTarget {
        DeviceTarget(device: device, deadlineMs: global.deadline)
    }
}
