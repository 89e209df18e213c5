internal import ArgumentParser
internal import ControlAPI

/// `vdpactl resume`
struct ResumeCommand: GroupCommand {
    typealias Method = DeviceResumeMethod
    typealias Group = GroupResumeOutput

    static let name = "resume"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: GroupOptions

    @Option(
        help: ArgumentHelp("Resume the devices that this operation has stopped as a group.", valueName: "id"),
        completion: NameCompletion.operations)
    var operation: String?

    @Flag(help: "Make every check up to the kernel call, and stop there.")
    var dryRun = false

    func validate() throws {
        guard target.devices.isEmpty == (operation != nil) else {
            throw ValidationError("resume takes devices or --operation")
        }
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let doing = "resuming \(operation.map { "what \($0) has stopped" } ?? target.names)"
        guard let device = target.device(global) else {
            let params = Group.Method.Params(
                devices: operation == nil ? target.devices : nil, operation: operation, deadlineMs: global.deadline,
                dryRun: dryRun)
            return try Group.perform(params, global, &connection, &outcome, doing: doing)
        }
        try Self.perform(Method.Params(target: device, dryRun: dryRun), global, &connection, &outcome, doing: doing)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("was suspended", result.wasSuspended.yesNo)
        if result.dryRun { fields.add("dry run", "nothing was called") }
        fields.add("kernel call", ifPresent: result.timing.map { "\($0.call), \(milliseconds($0.durationNs))" })
        fields.add("downtime", ifPresent: result.downtime?.text)
        fields.add("kick needed", result.kickNeeded.yesNo)
        fields.add("configuration changed", result.configurationChanged?.yesNo)
        return fields.text
    }
}
