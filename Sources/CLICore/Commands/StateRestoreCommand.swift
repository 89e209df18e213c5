internal import ArgumentParser
internal import ControlAPI
internal import DeviceState
internal import JSON
internal import Virtio

/// `vdpactl state restore`
struct StateRestoreCommand: DaemonCommand, MethodOutput {
    typealias Method = StateRestoreMethod

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "restore", abstract: "\(Method.summary)",
            usage:
                "vdpactl state restore <file> --device <device> --mode <mode> [--start] [--provision <mgmtdev>] [-- <command> …]",
            discussion: """
                \(Method.description)

                With --mode handOver vdpactl becomes a command, as vdpactl exec does: in its arguments {fd} becomes the \
                number of the device's descriptor, and {program} the program, a JSON object. A preflight that finds \
                a field that the device does not take has the exit status of stateIncompatible.

                \(Method.nameAndErrors)
                """)
    }

    /// In an argument, what the program takes the place of.
    private static let programPlaceholder = "{program}"

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The file with the state; - is standard input.")
    var file: InputFile

    @Option(
        help: "The device's name on the vdpa bus.", completion: NameCompletion.devices,
        transform: { try DeviceName($0) })
    var device: DeviceName

    @Option(
        help: ArgumentHelp("owner, preflight or handOver.", valueName: "mode"), transform: RestoreMode.argument)
    var mode: RestoreMode

    @Flag(help: "Set DRIVER_OK; with --mode owner.")
    var start = false

    @Option(
        help: ArgumentHelp(
            "Create the device, which must not be there, with what the state needs: BUS/NAME, or NAME; with --mode handOver.",
            valueName: "mgmtdev"))
    var provision: String?

    @Flag(help: "Make every check that needs no open device and stop there.")
    var dryRun = false

    @Argument(parsing: .postTerminator, help: "The command and its arguments, with --mode handOver.")
    var command: [String] = []

    func validate() throws {
        guard provision == nil || mode == .handOver else {
            throw ValidationError("--provision is for --mode handOver")
        }
        guard !start || mode == .owner else { throw ValidationError("--start is for --mode owner") }
        guard mode == .handOver, !dryRun else {
            guard command.isEmpty else { throw ValidationError("a command is for --mode handOver, without --dry-run") }
            return
        }
        try SuccessorCommand(arguments: command).validate()
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let state = try file.state()
        let params = Method.Params(
            device: device, state: state.document, mode: mode, start: start,
            provision: provision.map { RestoreProvision(managementDevice: $0) }, dryRun: dryRun,
            deadlineMs: global.deadline)
        guard mode == .handOver, !dryRun else {
            let result = try connection.call(Method.name, params)
            try Self.add(result, global, to: &outcome)
            if result["fits"] == false { outcome.exitStatus = ErrorCode.stateIncompatible.exitStatus }
            return
        }
        let (result, descriptor) = try connection.callForDescriptor(Method.name, params)
        result.warnings.forEach { outcome.warn($0) }
        let program = "\(result["program"] ?? .null)"
        let arguments = command.map { $0.replacing(Self.programPlaceholder, with: program) }
        throw SuccessorCommand(arguments: arguments).become(having: descriptor, of: device, &outcome)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("mode", result.mode.rawValue)
        fields.add("fits", result.fits.yesNo)
        fields.add("create with", ifPresent: result.provisioned?.text)
        guard !result.fields.isEmpty else { return fields.text }
        var table = TextTable(columns: ["FIELD", "OUTCOME", "REASON"])
        for field in result.fields { table.add([field.field, field.outcome.rawValue, field.reason]) }
        return "\(fields.text)\n\(table.text)"
    }
}
