internal import ArgumentParser
internal import ControlAPI

/// `vdpactl suspend`
struct SuspendCommand: MethodCommand {
    typealias Method = DeviceSuspendMethod

    static let name = "suspend"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    @Flag(help: "Make every check up to the kernel call, and stop there.")
    var dryRun = false

    @Flag(help: "Leave the device stopped if the stop is confirmed only after the deadline or after a crash.")
    var keep = false

    @Flag(help: "Stop also a device that cannot be resumed.")
    var allowIrreversible = false

    var params: Method.Params {
        Method.Params(
            target: target.params(global), allowIrreversible: allowIrreversible, keep: keep, dryRun: dryRun)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("mechanism", result.mechanism.rawValue)
        fields.add("was suspended", result.wasSuspended.yesNo)
        if result.dryRun { fields.add("dry run", "nothing was called") }
        fields.add("kernel call", ifPresent: result.timing.map { "\($0.call), \(milliseconds($0.durationNs))" })
        fields.add("configuration", result.configurationDigest)
        return fields.text
    }
}
