import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What every device shares with the daemon.
struct DeviceEnvironment: Sendable {
    /// The loop that all devices run on.
    let loop: EventLoop
    /// The kernel's devices, or simulated ones.
    let host: any VDPAHost
    /// Where run records are kept.
    let store: RecordStore<RunRecord>
    /// Where it is kept what has begun to be done to devices on the bus.
    let changeStore: RecordStore<ProvisioningRecord>
    /// Where the states are kept of what vdpad itself had open.
    let savedStates: SavedStates
    /// Who runs what outlives a request.
    let followUps: FollowUps
    /// Tells this boot from others.
    let bootID: String
    /// The machine.
    let source: Source
    /// What clients have asked to be changed.
    let operations: Operations
    /// The clients that are there.
    let connections = OpenConnections()
    /// What a reload of the configuration changes.
    let tunables: Tunables
    /// How long a call that nobody waits for may still take before it is given up, in milliseconds: giving one up makes the
    /// next caller's fail, and a short deadline or a client that vanished say nothing of the device.
    var graceMs: UInt64 = 1_000
    /// Counts what changes of the devices.
    let changes = ChangeCount()
    /// Tells clients what happens.
    let events: Events
    /// Counts what the daemon does.
    let metrics: Metrics
    /// Where the daemon logs.
    let log: Logger

    /// How long a request waits that names no deadline.
    var defaultDeadlineMs: UInt32 { tunables.current.defaultDeadlineMs }
    /// Who may open the nodes of devices for which nothing else is said.
    var nodeRights: NodeRights? { tunables.current.nodeRights }
    /// The devices that implement the STOP bit of the proposal, on the operator's word: no feature bit tells.
    var stopBitDevices: Set<DeviceName> { tunables.current.stopBitDevices }
}
