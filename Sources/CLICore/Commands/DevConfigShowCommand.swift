internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl dev config show`
struct DevConfigShowCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: "Reads the configuration of a device, or of each: as config.",
            aliases: ["list"])
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The device's name on the vdpa bus. (default: all)", transform: { try DeviceName($0) })
    var device: DeviceName?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        if let device {
            try ConfigDeviceCommand.perform(params(device), global, &connection, &outcome)
            return
        }
        let list = try ListCommand.read(connection.call(DeviceListMethod.name, NoParams()))
        for device in list.devices {
            do throws(CommandFailure) {
                let result = try connection.call(ConfigDeviceCommand.Method.name, params(device.name))
                if global.output == .table, !outcome.standardOutput.isEmpty { outcome.standardOutput += "\n" }
                try ConfigDeviceCommand.add(result, global, to: &outcome)
            } catch .refused(let call) {
                outcome.add(.refused(call), global.output)
            }
        }
    }

    private func params(_ device: DeviceName) -> DeviceParams {
        DeviceParams(device: device, deadlineMs: global.deadline)
    }
}
