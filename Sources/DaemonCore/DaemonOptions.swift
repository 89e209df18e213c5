import Logging

/// How the daemon was started.
///
/// vdpad reads its few flags itself: swift-argument-parser would cost it 3 MiB and a millisecond (see the design's notes).
struct DaemonOptions: Sendable, Hashable {
    /// What the command line asks for.
    enum Action: Sendable, Hashable {
        /// Serve until told to stop.
        case serve
        /// Print the help and exit.
        case help
        /// Print the version and exit.
        case version
    }

    /// What to do.
    var action = Action.serve

    /// Serve the simulated host's devices instead of the kernel's.
    var simulate = false

    /// The socket of a simulated host that outlives the daemon.
    var simulatedHost: String?

    /// Where to listen.
    var socket = "/run/vdpad/vdpad.sock"

    /// Where to keep what has to survive the daemon.
    var stateDirectory: String?

    /// What to log.
    var logLevel = Logger.Level.info

    /// The text of `--help`.
    static let help = """
        usage: vdpad [OPTIONS]

        Controls Linux vDPA devices over JSON-RPC 2.0 on a unix socket.

          --socket PATH            where to listen (default: $VDPAD_SOCKET or /run/vdpad/vdpad.sock)
          --state-directory DIR    what has to survive the daemon (default: /run/vdpad; with --simulate: PATH.state)
          --simulate               serve a simulated host: no kernel support and no rights are needed
          --simulated-host SOCKET  with --simulate: a simulated host that outlives the daemon; started if absent
          --log-level LEVEL        trace, debug, info, notice, warning, error or critical (default: info)
          --version                print the version
          --help                   print this text

        See also: vdpactl(1), and `vdpactl call rpc.discover` for the methods.

        """

    /// Reads the command line and the environment.
    ///
    /// - Parameters:
    ///   - arguments: the arguments after the program's name.
    ///   - environment: the value of an environment variable.
    /// - Throws: `UsageError` that names the argument.
    init(arguments: [String], environment: (String) -> String?) throws(UsageError) {
        if let path = environment("VDPAD_SOCKET"), !path.isEmpty { socket = path }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": action = .help
            case "--version", "-V": action = .version
            case "--simulate": simulate = true
            case "--simulated-host": simulatedHost = try Self.value(of: argument, &rest)
            case "--socket": socket = try Self.value(of: argument, &rest)
            case "--state-directory": stateDirectory = try Self.value(of: argument, &rest)
            case "--log-level":
                let name = try Self.value(of: argument, &rest)
                guard let level = Logger.Level(rawValue: name) else {
                    throw UsageError(message: "--log-level: \(name) is not a level")
                }
                logLevel = level
            default:
                throw UsageError(message: "\(argument): no such option")
            }
        }
        if simulatedHost != nil, !simulate {
            throw UsageError(message: "--simulated-host needs --simulate")
        }
    }

    /// The state directory in force.
    var effectiveStateDirectory: String {
        stateDirectory ?? (simulate ? socket + ".state" : "/run/vdpad")
    }

    private static func value(of option: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> String {
        guard let value = rest.popFirst(), !value.isEmpty else {
            throw UsageError(message: "\(option) needs a value")
        }
        return value
    }
}

/// A command line that cannot be understood.
struct UsageError: Error, Hashable {
    /// One sentence that names the argument.
    let message: String
}
