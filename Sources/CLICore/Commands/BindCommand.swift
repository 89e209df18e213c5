internal import ArgumentParser
internal import ControlAPI

/// `vdpactl bind`
struct BindCommand: MethodCommand {
    typealias Method = DeviceBindMethod

    static let name = "bind"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Argument(help: "The driver: \(DriverSelection.names).", transform: DriverSelection.argument)
    var driver: DriverSelection

    @Flag(help: "Take the device from the host's own virtio drivers.")
    var confirm = false

    var params: Method.Params {
        Method.Params(target: argument.target(global), driver: driver, confirm: confirm)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }
}
