import ControlAPI
import Logging

/// How the daemon was started: what the command line and the environment say. What they leave out is nil.
///
/// vdpad reads its few flags itself: swift-argument-parser would cost it 3 MiB and a millisecond (see the design's notes).
struct DaemonOptions: Sendable, Hashable {
    /// What the command line asks for.
    enum Action: Sendable, Hashable {
        /// Serve until told to stop.
        case serve
        /// Let devices go on that a daemon has left stopped.
        case recover
        /// Print the help and exit.
        case help
        /// Print the version and exit.
        case version
        /// Read the configuration, say what is wrong with it and exit.
        case checkConfiguration
    }

    /// What to do.
    var action = Action.serve

    /// Serve the simulated host's devices instead of the kernel's.
    var simulate = false

    /// The socket of a simulated host that outlives the daemon.
    var simulatedHost: String?

    /// The configuration file, if the command line names one.
    var configuration: String?

    /// Where to listen.
    var socket: String?

    /// Where to keep what has to survive the daemon.
    var stateDirectory: String?

    /// What to log.
    var logLevel: Logger.Level?

    /// Which members of the configuration are said here, and whether by a flag or by the environment.
    private(set) var origins: [String: ConfigurationMember.Origin] = [:]

    /// The text of `--help`.
    static let help = """
        usage: vdpad [recover] [OPTIONS]

        Controls Linux vDPA devices over JSON-RPC 2.0 on a unix socket.

        With recover it lets devices go on that a daemon has left stopped and that none will care for, says what it did, and
        exits: 1 if one may still be stopped, else 0. The service manager runs it when the daemon has ended. Nothing is done
        while a daemon runs or is about to be started again, nor to a device whose stop has no lease.

          --config FILE            the configuration (default: $VDPAD_CONFIG or /etc/vdpad/vdpad.json, if it is there; not with
                                   --simulate)
          --check-config           read the configuration, say what is wrong with it, and exit: 0 if it is right, else 78
          --socket PATH            where to listen (default: $VDPAD_SOCKET or \(ControlSocket.defaultPath))
          --state-directory DIR    what has to survive the daemon (default: $VDPAD_STATE_DIRECTORY or /run/vdpad; with
                                   --simulate: PATH.state)
          --simulate               serve a simulated host: no kernel support and no rights are needed
          --simulated-host SOCKET  with --simulate: a simulated host that outlives the daemon; started if absent
          --log-level LEVEL        trace, debug, info, notice, warning, error or critical (default: $VDPAD_LOG_LEVEL or
                                   info)
          --version                print the version
          --help                   print this text

        A flag goes before the environment, that before the configuration, and that before the default.
        See also: vdpactl(1), and `vdpactl call rpc.discover` for the methods.

        """

    /// Reads the command line and the environment.
    ///
    /// - Parameters:
    ///   - arguments: the arguments after the program's name.
    ///   - environment: the value of an environment variable; an empty one says nothing.
    /// - Throws: `UsageError` that names the argument or the variable.
    init(arguments: [String], environment: (String) -> String?) throws(UsageError) {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        configuration = variable("VDPAD_CONFIG")
        say(socket: variable("VDPAD_SOCKET"), .environment)
        say(stateDirectory: variable("VDPAD_STATE_DIRECTORY"), .environment)
        try say(logLevel: variable("VDPAD_LOG_LEVEL"), "VDPAD_LOG_LEVEL", .environment)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "recover" where rest.count == arguments.count - 1: action = .recover
            case "--help", "-h": action = .help
            case "--version", "-V": action = .version
            case "--check-config": action = .checkConfiguration
            case "--config": configuration = try Self.value(of: argument, &rest)
            case "--simulate": simulate = true
            case "--simulated-host": simulatedHost = try Self.value(of: argument, &rest)
            case "--socket": say(socket: try Self.value(of: argument, &rest), .flag)
            case "--state-directory": say(stateDirectory: try Self.value(of: argument, &rest), .flag)
            case "--log-level": try say(logLevel: try Self.value(of: argument, &rest), argument, .flag)
            default:
                throw UsageError(message: "\(argument): no such option")
            }
        }
        if simulatedHost != nil, !simulate {
            throw UsageError(message: "--simulated-host needs --simulate")
        }
    }

    /// The configuration to serve by. Who tries the simulated host is not to act on the state directory of the daemon that
    /// serves this machine, so there is none then unless it is named.
    var configurationFile: ConfigurationFile? {
        simulate && configuration == nil ? nil : ConfigurationFile(named: configuration)
    }

    private mutating func say(socket path: String?, _ origin: ConfigurationMember.Origin) {
        guard let path else { return }
        socket = path
        origins["sockets.control.path"] = origin
    }

    private mutating func say(stateDirectory path: String?, _ origin: ConfigurationMember.Origin) {
        guard let path else { return }
        stateDirectory = path
        origins["stateDirectory"] = origin
    }

    private mutating func say(
        logLevel name: String?, _ source: String, _ origin: ConfigurationMember.Origin
    ) throws(UsageError) {
        guard let name else { return }
        guard let level = Logger.Level(rawValue: name) else {
            throw UsageError(message: "\(source): \(name) is not a level")
        }
        logLevel = level
        origins["logLevel"] = origin
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
    /// One sentence that names the argument or the variable.
    let message: String
}
