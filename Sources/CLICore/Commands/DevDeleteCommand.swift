internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl dev del`
struct DevDeleteCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "del", abstract: "Deletes a device that nobody holds: as delete.")
    }

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let params = DeviceDeleteMethod.Params(target: argument.target(global))
        try DeleteCommand.perform(params, global, &connection, &outcome)
    }
}
