internal import ArgumentParser
internal import ControlAPI

/// `vdpactl suspend`
struct SuspendCommand: GroupCommand {
    typealias Method = DeviceSuspendMethod
    typealias Group = GroupSuspendOutput

    static let name = "suspend"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: GroupOptions

    @Flag(help: "Make every check up to the kernel call, and stop there.")
    var dryRun = false

    @Flag(
        help: """
            Leave a device stopped if its stop is confirmed only after the deadline (one device) or after a crash.
            """)
    var keep = false

    @Flag(help: "Stop also a device that cannot be resumed.")
    var allowIrreversible = false

    @Option(
        help: ArgumentHelp(
            "Let vdpad resume after that time, such as 500ms, 30s, 5m or 1h, unless the operation is named again.",
            valueName: "time"))
    var hold: HoldDuration?

    @Option(
        help: ArgumentHelp(
            "How to stop a device, if not as it was stopped before or by ioctl: statusBitSuspend or statusBitStop.",
            valueName: "mechanism"),
        transform: Mechanism.argument)
    var mechanism: Mechanism?

    @Option(
        help: ArgumentHelp(
            "What becomes of the members of a group that have stopped when another one has not: rollback or keep.",
            valueName: "policy"),
        transform: GroupFailurePolicy.argument)
    var onFailure: GroupFailurePolicy?

    func validate() throws {
        guard !target.devices.isEmpty else { throw ValidationError("a device is missing") }
        guard mechanism == nil || !target.isGroup else {
            throw ValidationError("--mechanism: the devices of a group are stopped by ioctl, or as they were before")
        }
        guard onFailure != nil, !target.isGroup else { return }
        throw ValidationError("--on-failure: one device is a group only with --group")
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let doing = "stopping \(target.names)"
        guard let device = target.device(global) else {
            let params = Group.Method.Params(
                devices: target.devices, deadlineMs: global.deadline, onFailure: onFailure ?? .rollback,
                allowIrreversible: allowIrreversible, keep: keep, holdMs: hold?.milliseconds, dryRun: dryRun)
            return try Group.perform(params, global, &connection, &outcome, doing: doing)
        }
        let params = Method.Params(
            target: device, mechanism: mechanism, allowIrreversible: allowIrreversible, keep: keep,
            holdMs: hold?.milliseconds, dryRun: dryRun)
        try Self.perform(params, global, &connection, &outcome, doing: doing)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("mechanism", result.mechanism.rawValue)
        fields.add("was suspended", result.wasSuspended.yesNo)
        if result.dryRun { fields.add("dry run", "nothing was called") }
        fields.add("kernel call", ifPresent: result.timing.map { "\($0.call), \(milliseconds($0.durationNs))" })
        fields.add("configuration", result.configurationDigest)
        fields.add("operation", ifPresent: result.lease?.operation)
        fields.add("lease", ifPresent: result.lease?.text)
        return fields.text
    }
}
