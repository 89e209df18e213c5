internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl list`
struct ListCommand: MethodCommand {
    typealias Method = DeviceListMethod

    static let name = "list"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(
            columns: ["NAME", "CLASS", "MGMTDEV", "DRIVER", "NODE", "QUEUES", "STATE", "ACCESS"])
        for device in result.devices {
            table.add([
                device.name.string, device.deviceClass?.name, device.managementDevice, device.driver, device.node,
                device.queueCount.map(String.init), device.runState.rawValue, device.access.rawValue,
            ])
        }
        return table.text
    }
}
