internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl mgmtdev show`
struct ManagementDeviceShowCommand: ContractCommand {
    typealias Method = MgmtdevGetMethod

    static let name = "show"

    @OptionGroup var global: GlobalOptions

    @Argument(
        help: "BUS/NAME, or NAME for a device without a bus; without it all are listed.",
        completion: NameCompletion.managementDevices)
    var mgmtdev: String?

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        if let mgmtdev {
            try Self.perform(Method.Params(mgmtdev: mgmtdev), global, &connection, &outcome)
        } else {
            try ManagementDeviceListCommand.perform(NoParams(), global, &connection, &outcome)
        }
    }

    static func table(_ result: Method.Result) -> String {
        let device = result.mgmtdev
        var fields = FieldList()
        fields.add("management device", device.name)
        fields.add("classes", device.classes.map(\.name).joined(separator: ", "))
        fields.add("queues", device.maximumQueues)
        fields.add("features", device.features?.text)
        return fields.text
    }
}
