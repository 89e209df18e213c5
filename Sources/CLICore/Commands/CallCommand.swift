internal import ArgumentParser
internal import JSON

/// `vdpactl call`
struct CallCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "call", abstract: "Calls any method with parameters as they are given.",
            discussion: """
                Prints the result, indented unless -o json is given. --deadline is not sent: the daemon takes \
                deadlineMs from the parameters. `vdpactl call rpc.discover` describes every method.
                """)
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The method, such as device.status.")
    var method: String

    @Argument(help: "The parameters, a JSON object. (default: {})", transform: CallCommand.json)
    var params: JSONValue?

    var deadlineMs: UInt32? {
        guard global.deadline == nil, case .integer(let milliseconds) = params?["deadlineMs"] else {
            return global.deadline
        }
        return UInt32(exactly: milliseconds).flatMap { GlobalOptions.deadlines.contains($0) ? $0 : nil }
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let result = try connection.call(method, params ?? .object([]))
        switch global.output {
        case .table: outcome.standardOutput += "\(result.prettyPrinted)\n"
        case .json: outcome.standardOutput += "\(result)\n"
        }
    }

    private static func json(_ text: String) throws -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(Array(text.utf8).span)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
