internal import ArgumentParser
internal import ControlAPI
internal import JSON

/// A command whose help and output are those of one method of the contract.
protocol ContractCommand: DaemonCommand {
    associatedtype Method: ControlMethod

    static var name: String { get }

    /// The result for people.
    static func table(_ result: Method.Result) -> String
}

extension ContractCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: "\(Method.summary)", discussion: Method.discussion)
    }

    /// Calls the method and adds its result, in the format asked for.
    static func perform(
        _ params: Method.Params, _ global: GlobalOptions, _ connection: inout DaemonConnection,
        _ outcome: inout Vdpactl.Outcome
    ) throws(CommandFailure) {
        try add(connection.call(Method.name, params), global, to: &outcome)
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

extension ControlMethod {
    /// The method's declaration, for the help of its command.
    static var discussion: String { "\(description)\n\n\(nameAndErrors)" }

    /// The method's name and how it fails, for the help of a command that is more than a call of it.
    static var nameAndErrors: String {
        guard !errors.isEmpty else { return "Calls \(name)." }
        let errors = errors.map { "\($0.name) (\($0.exitStatus))" }.joined(separator: ", ")
        return "Calls \(name). Errors, with exit status: \(errors)."
    }
}
