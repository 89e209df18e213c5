internal import ArgumentParser
internal import ControlAPI

/// `vdpactl wait`
struct WaitCommand: MethodCommand {
    typealias Method = DeviceWaitMethod

    static let name = "wait"

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Argument(
        help: ArgumentHelp(
            "What is waited for: \(RunState.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "run-state"),
        transform: RunState.init(argument:))
    var until: [RunState]

    var params: Method.Params { Method.Params(target: argument.target(global), until: until) }

    static func table(_ result: Method.Result) -> String {
        var fields = FieldList()
        fields.add(result)
        return fields.text
    }
}

extension RunState {
    fileprivate init(argument: String) throws {
        guard let state = RunState(rawValue: argument) else {
            throw ValidationError("there is no run state \(argument)")
        }
        self = state
    }
}
