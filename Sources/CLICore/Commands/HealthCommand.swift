internal import ArgumentParser
internal import ControlAPI
internal import Virtio

/// `vdpactl health`
struct HealthCommand: MethodCommand {
    typealias Method = SystemHealthMethod

    static let name = "health"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
    }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add("healthy", result.healthy.yesNo)
        fields.add("devices", result.deviceCount)
        fields.add("workers", result.workerCount)
        for problem in result.problems {
            let device = problem.device.map { "\($0): " } ?? ""
            let since = problem.sinceMs.map { " (for \($0) ms)" } ?? ""
            fields.add(problem.kind.rawValue, "\(device)\(problem.message)\(since)")
        }
        return fields.text
    }
}
