internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// One device and its holder, or the devices of a group.
struct GroupOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Names on the vdpa bus; several are a group.", valueName: "device"),
        completion: NameCompletion.devices, transform: { try DeviceName($0) })
    var devices: [DeviceName] = []

    @Flag(help: "Take one device for a group, too.")
    var group = false

    @Option(
        help: ArgumentHelp(
            "The process that holds the one device, so that it need not be searched.", valueName: "pid"))
    var holderPid: Int32?

    var isGroup: Bool { group || devices.count != 1 }

    /// The devices, for people.
    var names: String { devices.map(\.string).joined(separator: ", ") }

    func validate() throws {
        guard let holderPid else { return }
        guard holderPid > 0 else { throw ValidationError("--holder-pid: \(holderPid) is no process") }
        guard !isGroup else { throw ValidationError("--holder-pid: a group may have several holders") }
    }

    /// The one device; nil for a group.
    func device(_ global: GlobalOptions) -> DeviceParams? {
        guard !isGroup, let device = devices.first else { return nil }
        return DeviceParams(
            device: device, deadlineMs: global.deadline, holder: holderPid.map(HolderSelector.init(pid:)))
    }
}
