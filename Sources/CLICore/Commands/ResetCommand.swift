internal import ArgumentParser
internal import ControlAPI

/// `vdpactl reset`
struct ResetCommand: MethodCommand {
    typealias Method = DeviceResetMethod

    static let name = "reset"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    @Flag(help: "Do it although somebody else holds the device.")
    var confirm = false

    var params: Method.Params {
        Method.Params(target: target.params(global), confirm: confirm)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("lost", ifPresent: result.lost.isEmpty ? nil : result.lost.joined(separator: ", "))
        return fields.text
    }
}
