internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl show`
struct ShowCommand: MethodCommand {
    typealias Method = DeviceGetMethod

    static let name = "show"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    var params: Method.Params {
        Method.Params(device: argument.device)
    }

    static func table(_ result: Method.Result) -> String {
        let device = result.device
        var fields = FieldList()
        fields.add("device", device.name)
        fields.add("class", device.deviceClass)
        fields.add("management device", device.managementDevice)
        fields.add("vendor id", device.vendorID.map { "0x" + String($0, radix: 16) })
        fields.add("queues", device.queueCount)
        fields.add("largest ring size", device.maximumQueueSize)
        fields.add("driver", device.driver)
        fields.add("node", device.node)
        fields.add("node rights", device.nodeRights?.text)
        fields.add("run state", device.runState.rawValue)
        fields.add("access", device.access.rawValue)
        return fields.text
    }
}
