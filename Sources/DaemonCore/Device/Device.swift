import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// One device: the order of its operations, what vdpad remembers of it, and what can be asked of it.
///
/// Runs on the daemon's loop. Every kernel call is made elsewhere by the host, so nothing here can block.
actor Device {
    nonisolated let environment: DeviceEnvironment
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe environment.loop.asUnownedSerialExecutor() }

    /// The device as the inventory shows it; nil once it has left the bus.
    var info: HostDevice?

    /// Who uses the device next.
    var turns = TurnQueue()

    /// What vdpad has stopped, or may have.
    var record: RunRecord?

    /// What vdpad cannot tell or has seen fail, where no record says more.
    var mark: RunState?

    /// Why the recovery at the start did not succeed.
    var unresolved: String?

    /// True while vdpad itself holds and owns the device.
    var isOwned = false

    /// The holder that was found last; proved again at every use.
    var holder: Holder?

    /// Whether anybody has the node open, as far as inotify has told.
    var isHeld = false

    /// How often the node has been opened or closed for the last time: what a search began before that found is stale.
    var holderChanges: UInt64 = 0

    /// What was read last, and when.
    var lastSeen: (observation: DeviceObservation, at: String)?

    nonisolated let name: DeviceName

    init(name: DeviceName, info: HostDevice?, environment: DeviceEnvironment) {
        self.name = name
        self.info = info
        self.environment = environment
    }

    nonisolated var loop: EventLoop { environment.loop }
    nonisolated var host: any VDPAHost { environment.host }

    /// Takes the next place in the order of operations. Called when a request arrives, before anything is awaited.
    func takeTurn() -> Turn {
        turns.take()
    }

    /// When a request that was received now has to be answered.
    nonisolated func deadline(milliseconds: UInt32?) -> MonotonicInstant {
        .now.advanced(byMilliseconds: UInt64(milliseconds ?? environment.defaultDeadlineMs))
    }

    /// Waits for the turn of a call that changes the device.
    func begin(_ turn: Turn, until deadline: MonotonicInstant) async throws(ControlError) {
        guard await turn.wait(until: deadline, on: loop) else {
            var error = ControlError(
                .operationInProgress, "another operation on \(name.string) has not finished within the deadline",
                device: name)
            error.stateAfter = stateAfter
            throw error
        }
        guard info != nil else { throw notFound }
    }

    /// The device is not on the bus.
    var notFound: ControlError {
        ControlError(.deviceNotFound, "there is no device \(name.string) on the vdpa bus", device: name)
    }
}
