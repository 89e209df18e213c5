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

    /// Where to listen.
    let socket: String

    /// Where to keep what has to survive the daemon.
    let stateDirectory: String

    /// Where devices are declared.
    let declarations: String

    /// Who may open the nodes of devices whose declaration does not say it; what it leaves out is as the kernel makes it.
    let nodeRights: NodeRights

    /// The devices that implement the STOP bit of the proposal.
    let stopBitDevices: Set<DeviceName>

    /// What to log.
    let logLevel: Logger.Level

    /// What clients may do.
    let limits: RPCLimits

    /// How long a request waits that names no deadline, in milliseconds.
    let defaultDeadlineMs: UInt32

    /// Decides what is in force.
    init(options: DaemonOptions, configuration: Configuration) {
        simulate = options.simulate
        simulatedHost = options.simulatedHost
        socket = options.socket ?? configuration.socket ?? ControlSocket.defaultPath
        stateDirectory =
            options.stateDirectory ?? configuration.stateDirectory
            ?? (options.simulate ? socket + ".state" : "/run/vdpad")
        declarations =
            configuration.declarations ?? (options.simulate ? socket + ".devices.d" : "/etc/vdpad/devices.d")
        nodeRights = configuration.node ?? NodeRights()
        stopBitDevices = Set(configuration.stopBitDevices)
        logLevel = options.logLevel ?? configuration.logLevel ?? .info
        limits = configuration.limits.protocolLimits
        defaultDeadlineMs = configuration.limits.defaultDeadlineMs
    }
}
