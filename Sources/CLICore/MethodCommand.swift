internal import ArgumentParser
internal import ControlAPI
internal import JSON

/// A command that is one method of the contract; its help is the method's declaration.
protocol MethodCommand: DaemonCommand {
    associatedtype Method: ControlMethod

    static var name: String { get }

    var params: Method.Params { get }

    /// The result for people.
    static func table(_ result: Method.Result) -> String
}

extension MethodCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: "\(Method.summary)", discussion: discussion)
    }

    private static var discussion: String {
        var text = "\(Method.description)\n\nCalls \(Method.name)."
        if !Method.errors.isEmpty {
            let errors = Method.errors.map { "\($0.name) (\($0.exitStatus))" }.joined(separator: ", ")
            text += " Errors, with exit status: \(errors)."
        }
        return text
    }

    func execute(_ connection: inout DaemonConnection, warnings: inout [String]) throws(CommandFailure) -> String {
        try render(connection.call(Method.name, params), warnings: &warnings)
    }

    /// The result in the format asked for.
    func render(_ result: JSONValue, warnings: inout [String]) throws(CommandFailure) -> String {
        if global.output == .json { return "\(result)\n" }
        warnings += Self.warnings(of: result)
        do throws(JSONReadError) {
            return Self.table(try Method.Result(result, at: JSONPath("result", mode: .lenient)))
        } catch {
            throw .malformedReply("\(error)")
        }
    }

    private static func warnings(of result: JSONValue) -> [String] {
        guard case .array(let elements) = result["warnings"] else { return [] }
        return elements.compactMap { element in
            guard case .string(let text) = element else { return nil }
            return text
        }
    }
}
