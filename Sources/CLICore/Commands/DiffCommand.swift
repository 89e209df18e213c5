internal import ArgumentParser
internal import ControlAPI
internal import JSON
internal import Virtio

/// `vdpactl diff`
struct DiffCommand: MethodCommand {
    typealias Method = DeclarationDiffMethod

    static let name = "diff"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DevicesArgument

    var params: Method.Params {
        Method.Params(devices: argument.selection)
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["DEVICE", "STATE", "FIELD", "DECLARED", "ACTUAL"])
        for difference in result.differences {
            let device = difference.device.string
            let state = difference.state.rawValue
            if difference.fields.isEmpty { table.add([device, state, nil, nil, nil]) }
            for field in difference.fields {
                table.add([device, state, field.field.rawValue, field.declared.text, field.actual?.text])
            }
        }
        for device in result.undeclared {
            table.add([device.string, "undeclared", nil, nil, nil])
        }
        return table.text + result.problems.text
    }
}
