import ControlAPI
import LinuxIO
import Virtio

/// What a reload of the configuration changes for devices, shared by all of them.
final class Tunables: Sendable {
    /// The values.
    struct Values: Sendable, Hashable {
        /// How long a request waits that names no deadline.
        var defaultDeadlineMs: UInt32
        /// Who may open the nodes of devices for which nothing else is said.
        var nodeRights: NodeRights?
        /// The devices that implement the STOP bit of the proposal, on the operator's word: no feature bit tells.
        var stopBitDevices: Set<DeviceName> = []
    }

    private let values: Lock<Values>

    init(_ values: Values) {
        self.values = Lock(values)
    }

    /// The values in force.
    var current: Values {
        get { values.withLock { $0 } }
        set { values.withLock { $0 = newValue } }
    }
}

extension Tunables.Values {
    /// What settings say.
    init(_ settings: Settings) {
        self.init(
            defaultDeadlineMs: settings.defaultDeadlineMs,
            nodeRights: settings.nodeRights == NodeRights() ? nil : settings.nodeRights,
            stopBitDevices: settings.stopBitDevices)
    }
}
