internal import ArgumentParser
internal import ControlAPI

/// `vdpactl ops show`
struct OperationShowCommand: MethodCommand {
    typealias Method = OperationGetMethod

    static let name = "show"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: OperationArgument

    var params: Method.Params { OperationTarget(operation: argument.operation) }

    static func table(_ result: Method.Result) -> String { result.text }
}
