internal import ArgumentParser
internal import ControlAPI

/// `vdpactl holders`
struct HoldersCommand: MethodCommand {
    typealias Method = DeviceHoldersMethod

    static let name = "holders"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    var params: Method.Params {
        Method.Params(device: argument.device, deadlineMs: global.deadline)
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["PID", "COMMAND", "DESCRIPTOR", "UNIT"])
        for holder in result.holders {
            table.add(["\(holder.pid)", holder.comm, "\(holder.descriptor)", holder.unit])
        }
        guard !result.complete else { return table.text }
        return table.text + "incomplete: \((result.reason ?? "the search ended early").escapingControls)\n"
    }
}
