internal import ArgumentParser
internal import Virtio

/// The argument of a command that concerns some devices or all.
struct DevicesArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Names on the vdpa bus. (default: all)", valueName: "device"),
        completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var devices: [DeviceName] = []

    /// The devices; nil for all.
    var selection: [DeviceName]? { devices.isEmpty ? nil : devices }
}
