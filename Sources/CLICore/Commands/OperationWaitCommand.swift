internal import ArgumentParser
internal import ControlAPI

/// `vdpactl ops wait`
struct OperationWaitCommand: MethodCommand {
    typealias Method = OperationWaitMethod

    static let name = "wait"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: OperationArgument

    var params: Method.Params { OperationTarget(operation: argument.operation, deadlineMs: global.deadline) }

    static func table(_ result: Method.Result) -> String { result.text }
}
