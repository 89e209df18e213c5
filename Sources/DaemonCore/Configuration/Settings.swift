import ControlAPI
import JSONRPC
import Logging
import Virtio

/// What the daemon runs with: a flag goes before the environment, that before the configuration, and that before the
/// default.
struct Settings: Sendable, Hashable {
    /// Serve the simulated host's devices instead of the kernel's.
    let simulate: Bool

    /// The socket of a simulated host that outlives the daemon.
    let simulatedHost: String?

    /// Where clients find the daemon, unless a service manager hands sockets over.
    let socket: String

    /// All sockets, unless a service manager hands sockets over; the one for clients is always there.
    let sockets: [SocketSettings]

    /// Where to keep what has to survive the daemon.
    let stateDirectory: String

    /// Where devices are declared.
    let declarations: String

    /// Who may open the nodes of devices whose declaration does not say it; what it leaves out is as the kernel makes it.
    let nodeRights: NodeRights

    /// The devices that implement the STOP bit of the proposal.
    let stopBitDevices: Set<DeviceName>

    /// Who may do what, besides root and the daemon's own user.
    let grants: [Grant]

    /// The file in which it is put on record who has changed something; the journal or standard error if nil.
    let auditFile: String?

    /// What to log.
    let logLevel: Logger.Level

    /// What clients may do.
    let limits: RPCLimits

    /// How long a request waits that names no deadline, in milliseconds.
    let defaultDeadlineMs: UInt32

    /// Where metrics are written to.
    let metrics: ConfiguredMetrics

    /// Decides what is in force.
    init(options: DaemonOptions, configuration: Configuration) {
        simulate = options.simulate
        simulatedHost = options.simulatedHost
        let path = options.socket ?? configuration.sockets.control.path ?? ControlSocket.defaultPath
        socket = path
        sockets = ControlSocket.allCases.compactMap { kind in
            let said = configuration.sockets[kind]
            guard let path = kind == .control ? path : said.path else { return nil }
            return SocketSettings(
                socket: kind, path: path, mode: said.mode ?? NodeMode(bits: 0o600), group: said.group)
        }
        stateDirectory =
            options.stateDirectory ?? configuration.stateDirectory
            ?? (options.simulate ? socket + ".state" : "/run/vdpad")
        declarations =
            configuration.declarations ?? (options.simulate ? socket + ".devices.d" : "/etc/vdpad/devices.d")
        nodeRights = configuration.node ?? NodeRights()
        stopBitDevices = Set(configuration.stopBitDevices)
        grants = configuration.granted
        auditFile = configuration.auditFile
        logLevel = options.logLevel ?? configuration.logLevel ?? .info
        limits = configuration.limits.protocolLimits
        defaultDeadlineMs = configuration.limits.defaultDeadlineMs
        metrics = configuration.metrics
    }
}
