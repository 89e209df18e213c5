internal import ArgumentParser
internal import ControlAPI

/// `vdpactl metrics`
struct MetricsCommand: MethodCommand {
    typealias Method = MetricsGetMethod

    static let name = "metrics"

    @OptionGroup var global: GlobalOptions

    var params: Method.Params {
        NoParams()
    }

    static func table(_ result: Method.Result) -> String { result.metrics }
}
