internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl delete`
struct DeleteCommand: ContractCommand {
    typealias Method = DeviceDeleteMethod

    static let name = "delete"

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: ArgumentHelp(
            "Names on the vdpa bus. One that cannot be deleted does not keep the next from being.",
            valueName: "device"),
        completion: NameCompletion.devices, transform: { try DeviceName($0) })
    var devices: [DeviceName]

    @Flag(help: "Delete also a device that the host's own virtio drivers use.")
    var confirm = false

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        for device in devices {
            let target = DeviceTarget(device: device, deadlineMs: global.deadline)
            do throws(CommandFailure) {
                try Self.perform(Method.Params(target: target, confirm: confirm), global, &connection, &outcome)
            } catch .refused(let call) {
                outcome.add(.refused(call), global.output)
            }
        }
    }

    static func table(_ result: Method.Result) -> String {
        "deleted \(result.device)\n"
    }
}
