internal import ArgumentParser
internal import LinuxIO
internal import SystemPackage

/// The program vdpactl: one command, as a rule one call to the daemon.
public enum Vdpactl {
    /// Runs the command line of this process, writes what it gave and returns the exit status.
    public static func main() -> Int32 {
        let outcome = run(Array(CommandLine.arguments.dropFirst()), environment: ProcessEnvironment.value)
        do throws(Errno) {
            try write(outcome.standardError, to: .standardError)
            try write(outcome.standardOutput, to: .standardOutput)
            return outcome.exitStatus
        } catch {
            // Where this cannot be written either, the exit status has to do.
            try? write("vdpactl: output: \(error)\n", to: .standardError)
            return ExitStatus.failure
        }
    }

    /// Runs one command line, without the program's name, against the daemon that it names.
    public static func run(_ arguments: [String], environment: (String) -> String?) -> Outcome {
        do {
            var command = try VdpactlCommand.parseAsRoot(arguments)
            if let words = command as? any KeywordCommand {
                command = try words.command
            }
            if let command = command as? any DaemonCommand {
                return command.outcome(socketOfEnvironment: environment("VDPAD_SOCKET"))
            }
            if let command = command as? any OfflineCommand { return command.outcome }
            try command.run()
            return Outcome()
        } catch {
            return Outcome(parsing: error)
        }
    }

    static func write(_ text: String, to descriptor: FileDescriptor) throws(Errno) {
        do {
            _ = try descriptor.writeAll(text.utf8)
        } catch {
            throw error as? Errno ?? .ioError
        }
    }
}

extension Vdpactl {
    /// What a command line has given.
    public struct Outcome: Sendable, Hashable {
        /// For standard output.
        public var standardOutput = ""
        /// For standard error.
        public var standardError = ""
        /// The exit status of the process.
        public var exitStatus = ExitStatus.success

        /// A request for help is a success; what cannot be parsed is a usage error.
        init(parsing error: any Error) {
            let text = VdpactlCommand.fullMessage(for: error)
            if VdpactlCommand.exitCode(for: error).isSuccess {
                standardOutput = text + "\n"
            } else {
                standardError = text + "\n"
                exitStatus = ExitStatus.usage
            }
        }

        /// Nothing yet, which is a success.
        init() {}

        /// Adds a line for people to standard error.
        mutating func warn(_ text: String) {
            standardError += "vdpactl: warning: \(text.escapingControls)\n"
        }

        /// Adds why something has no result. The first failure decides the exit status.
        mutating func add(_ failure: CommandFailure, _ format: OutputFormat) {
            standardError += failure.text(format)
            if exitStatus == ExitStatus.success { exitStatus = failure.exitStatus }
        }
    }
}
