internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl dev show`
struct DevShowCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: "Lists the devices, or shows one: as list and show.", aliases: ["list"])
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The device's name on the vdpa bus. (default: all)", transform: { try DeviceName($0) })
    var device: DeviceName?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        if let device {
            try ShowCommand.perform(DeviceGetMethod.Params(device: device), global, &connection, &outcome)
        } else {
            try ListCommand.perform(NoParams(), global, &connection, &outcome)
        }
    }
}
