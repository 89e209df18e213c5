internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl apply`
struct ApplyCommand: MethodCommand {
    typealias Method = DeclarationApplyMethod

    static let name = "apply"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DevicesArgument

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Delete a device and make it anew when something cannot be changed otherwise.")
    var recreate = false

    @Flag(
        help: """
            Also change the address of a device that somebody holds, and take devices from the host's own virtio drivers.
            """)
    var confirm = false

    var params: Method.Params {
        Method.Params(
            devices: argument.selection, dryRun: dryRun, recreate: recreate, confirm: confirm,
            deadlineMs: global.deadline)
    }

    static func table(_ result: Method.Result) -> String {
        var table = TextTable(columns: ["DEVICE", "ACTION", "FIELDS", "OUTCOME"])
        for action in result.actions {
            table.add([
                action.device.string, action.action.rawValue,
                action.fields.isEmpty ? nil : action.fields.map(\.rawValue).joined(separator: ","),
                action.outcome.rawValue,
            ])
        }
        return table.text + result.problems.text
    }
}
