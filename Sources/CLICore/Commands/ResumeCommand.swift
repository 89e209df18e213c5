internal import ArgumentParser
internal import ControlAPI

/// `vdpactl resume`
struct ResumeCommand: MethodCommand {
    typealias Method = DeviceResumeMethod

    static let name = "resume"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var target: DeviceOptions

    @Flag(help: "Make every check up to the kernel call, and stop there.")
    var dryRun = false

    var params: Method.Params {
        Method.Params(target: target.params(global), dryRun: dryRun)
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result.state)
        fields.add("was suspended", result.wasSuspended.yesNo)
        if result.dryRun { fields.add("dry run", "nothing was called") }
        fields.add("kernel call", ifPresent: result.timing.map { "\($0.call), \(milliseconds($0.durationNs))" })
        fields.add(
            "downtime",
            ifPresent: result.downtime.map { "\(milliseconds($0.minimumNs)) to \(milliseconds($0.maximumNs))" })
        fields.add("kick needed", result.kickNeeded.yesNo)
        fields.add("configuration changed", result.configurationChanged?.yesNo)
        return fields.text
    }
}
