internal import ControlAPI
internal import JSON

/// What a call of one method prints.
protocol MethodOutput {
    associatedtype Method: ControlMethod

    /// The result for people.
    static func table(_ result: Method.Result) -> String
}

extension MethodOutput {
    /// Calls the method and adds its result, in the format asked for. On a terminal `doing` is said meanwhile.
    static func perform(
        _ params: Method.Params, _ global: GlobalOptions, _ connection: inout DaemonConnection,
        _ outcome: inout Vdpactl.Outcome, doing: String? = nil
    ) throws(CommandFailure) {
        let progress = doing.flatMap { ProgressLine($0, global.output) }
        try add(connection.call(Method.name, params, showing: progress), global, to: &outcome)
    }

    /// Adds a result in the format asked for.
    static func add(
        _ result: JSONValue, _ global: GlobalOptions, to outcome: inout Vdpactl.Outcome
    ) throws(CommandFailure) {
        if global.output == .json {
            outcome.standardOutput += "\(result)\n"
            return
        }
        result.warnings.forEach { outcome.warn($0) }
        outcome.standardOutput += table(try read(result))
    }

    /// The result as this version knows it; members that it does not know are ignored.
    static func read(_ result: JSONValue) throws(CommandFailure) -> Method.Result {
        do throws(JSONReadError) {
            return try Method.Result(result, at: JSONPath("result", mode: .lenient))
        } catch {
            throw .malformedReply("\(error)")
        }
    }
}
