internal import ArgumentParser
internal import ControlAPI

/// `vdpactl ops cancel`
struct OperationCancelCommand: MethodCommand {
    typealias Method = OperationCancelMethod

    static let name = "cancel"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: OperationArgument

    var params: Method.Params { OperationTarget(operation: argument.operation, deadlineMs: global.deadline) }

    static func table(_ result: Method.Result) -> String { result.text }
}
