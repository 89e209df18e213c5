internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl save`
struct SaveCommand: MethodCommand {
    typealias Method = DeclarationSaveMethod

    static let name = "save"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DevicesArgument

    var params: Method.Params {
        Method.Params(devices: argument.selection)
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["DEVICE", "STATE", "REASON", "FILE"])
        for device in result.files {
            table.add([device.device.string, device.state.rawValue, device.message, device.path])
        }
        return table.text
    }
}
