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
        var table = TextTable(columns: ["DEVICE", "STATE", "FILE", "REASON"])
        for device in result.files {
            table.add([device.device.string, device.state.rawValue, device.path, device.message])
        }
        return table.text
    }
}
