internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl mgmtdev list`
struct ManagementDeviceListCommand: ContractCommand {
    typealias Method = MgmtdevListMethod

    static let name = "list"

    @OptionGroup var global: GlobalOptions

    @Argument(help: "BUS/NAME, or NAME for a device without a bus; shows this one alone.")
    var mgmtdev: String?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        if let mgmtdev {
            let params = MgmtdevGetMethod.Params(mgmtdev: mgmtdev)
            try ManagementDeviceShowCommand.perform(params, global, &connection, &outcome)
        } else {
            try Self.perform(NoParams(), global, &connection, &outcome)
        }
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["NAME", "CLASSES", "QUEUES", "FEATURES"])
        for device in result.mgmtdevs {
            table.add([
                device.name, device.classes.map(\.name).joined(separator: ","), device.maximumQueues.map(String.init),
                device.features?.text,
            ])
        }
        return table.text
    }
}
