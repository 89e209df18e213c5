internal import ArgumentParser
internal import ControlAPI

/// The device and its holder, for commands that come to the device through the process that holds it.
struct DeviceOptions: ParsableArguments {
    @OptionGroup var argument: DeviceArgument

    @Option(
        help: ArgumentHelp("The process that holds the device, so that it need not be searched.", valueName: "pid"))
    var holderPid: Int32?

    func validate() throws {
        guard let holderPid, holderPid < 1 else { return }
        throw ValidationError("--holder-pid: \(holderPid) is no process")
    }

    func params(_ global: GlobalOptions) -> DeviceParams {
        DeviceParams(
            device: argument.device, deadlineMs: global.deadline, holder: holderPid.map(HolderSelector.init(pid:)))
    }
}
