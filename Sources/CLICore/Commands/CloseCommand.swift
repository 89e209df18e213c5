internal import ArgumentParser
internal import ControlAPI

/// `vdpactl close`
struct CloseCommand: MethodCommand {
    typealias Method = DeviceCloseMethod

    static let name = "close"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    var params: Method.Params {
        argument.target(global)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }
}
