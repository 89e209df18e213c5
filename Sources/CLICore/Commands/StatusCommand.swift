internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl status`
struct StatusCommand: MethodCommand {
    typealias Method = DeviceStatusMethod

    static let name = "status"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    var params: Method.Params {
        target.params(global)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("class", result.deviceClass)
        fields.add("management device", result.managementDevice)
        fields.add("features", result.features?.text)
        fields.add("backend features", result.backendFeatures?.text)
        for holder in result.holders ?? [] {
            fields.add("holder", holder.text)
        }
        return fields.text
    }
}
