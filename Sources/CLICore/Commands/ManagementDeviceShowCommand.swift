internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl mgmtdev show`
struct ManagementDeviceShowCommand: MethodCommand {
    typealias Method = MgmtdevGetMethod

    static let name = "show"

    @OptionGroup var global: GlobalOptions

    @Argument(help: "BUS/NAME, or NAME for a device without a bus.")
    var mgmtdev: String

    var params: Method.Params {
        Method.Params(mgmtdev: mgmtdev)
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
