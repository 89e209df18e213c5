internal import ArgumentParser
internal import ControlAPI

/// `vdpactl open`
struct OpenCommand: MethodCommand {
    typealias Method = DeviceOpenMethod

    static let name = "open"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Flag(help: "Bring the device up: features, rings in the daemon's memory, DRIVER_OK.")
    var initialize = false

    @Option(help: ArgumentHelp("The ring size of every queue; implies --initialize.", valueName: "entries"))
    var queueSize: UInt16?

    var params: Method.Params {
        Method.Params(
            device: argument.device, deadlineMs: global.deadline,
            initialize: initialize || queueSize != nil ? DeviceInitialization(queueSize: queueSize) : nil)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }
}
