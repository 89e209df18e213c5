internal import ArgumentParser
internal import ControlAPI

/// A command whose help and output are those of one method of the contract.
protocol ContractCommand: DaemonCommand, MethodOutput {
    static var name: String { get }
}

extension ContractCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: "\(Method.summary)", discussion: Method.discussion)
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
