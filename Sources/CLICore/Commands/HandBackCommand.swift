internal import ArgumentParser
internal import ControlAPI

/// `vdpactl hand-back`
struct HandBackCommand: MethodCommand {
    typealias Method = DeviceHandBackMethod

    static let name = "hand-back"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    var params: Method.Params {
        Method.Params(device: argument.device)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }
}
