internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl mgmtdev list`
struct ManagementDeviceListCommand: MethodCommand {
    typealias Method = MgmtdevListMethod

    static let name = "list"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
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
