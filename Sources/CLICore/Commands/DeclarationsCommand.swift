internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl declarations`
struct DeclarationsCommand: MethodCommand {
    typealias Method = DeclarationListMethod

    static let name = "declarations"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["NAME", "MGMTDEV", "DRIVER", "AUTOSTART", "STATE", "FILE"])
        for device in result.declarations {
            let definition = device.declaration.definition
            table.add([
                definition.name.string, definition.managementDevice, definition.driver?.rawValue,
                device.declaration.autostart.yesNo, device.state.rawValue, device.file,
            ])
        }
        return table.text + result.problems.text
    }
}
