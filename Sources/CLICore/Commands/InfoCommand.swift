internal import ArgumentParser
internal import ControlAPI

/// `vdpactl info`
struct InfoCommand: MethodCommand {
    typealias Method = SystemInfoMethod

    static let name = "info"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add("version", result.version)
        fields.add("instance", result.instance)
        fields.add("pid", result.pid)
        fields.add("started at", result.startedAt)
        fields.add("host", result.host.rawValue)
        fields.add("kernel", result.kernelRelease)
        fields.add("default deadline", "\(result.limits.defaultDeadlineMs) ms")
        fields.add("connections", "at most \(result.limits.connections)")
        return fields.text
    }
}
