import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// One device: the order of its operations, what vdpad remembers of it, and what can be asked of it.
///
/// Runs on the daemon's loop. The host makes every call to a device elsewhere; what is done here is writing records, to a
/// file system in memory. What `describe` reads counts its changes, and has them told.
actor Device {
    nonisolated let environment: DeviceEnvironment
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe environment.loop.asUnownedSerialExecutor() }

    /// The device as the inventory shows it; nil once it has left the bus.
    var info: HostDevice? { didSet { noteChange() } }

    /// Who uses the device next.
    var turns = TurnQueue()

    /// What vdpad has stopped, or may have.
    var record: RunRecord? {
        didSet {
            noteChange()
            if record?.lease != oldValue?.lease { watchLease() }
            if record?.holder != oldValue?.holder { watchHolder() }
            if (record == nil) != (oldValue == nil) { host.keepReady(name, record != nil || closeWatcher != nil) }
        }
    }

    /// Tells when the process has exited that held the device when it was stopped.
    var exitWatch: ProcessWatch?

    /// Who waits for a run state.
    var waiters: [RunStateWaiter] = []

    /// When the lease ends, or its end is tried again.
    var leaseTimer: TimerToken?

    /// When it is told that the lease ends soon.
    var leaseWarning: TimerToken?

    /// The operation of the lease that was over last.
    var expiredLease: String?

    /// Why the record may not count any more.
    var doubt: Doubt? { didSet { noteChange() } }

    /// True after a hand back: the holder may stop the device itself, so that vdpad never resumes it unasked.
    var isHandedBack = false { didSet { noteChange() } }

    /// How many calls go on that nobody waits for.
    var leftCalls = 0

    /// Why it is not known whether the device is stopped.
    var unresolved: String? {
        didSet {
            // Every stop resets it, and the health of the daemon is that of all devices.
            if unresolved != oldValue { environment.events.noteHealth() }
        }
    }

    /// What is counted of its stops.
    var stops = StopMetrics()

    /// True while vdpad itself holds and owns the device.
    var isOwned = false { didSet { noteChange() } }

    /// The holder that was found last; proved again at every use.
    var holder: Holder? {
        didSet {
            guard holder != oldValue else { return }
            noteNews()
            // A removal that waits for it says so.
            environment.events.noteHealth()
        }
    }

    /// Whether anybody has the node open; nil until it was told or a search has found out.
    var isHeld: Bool? { didSet { noteChange() } }

    /// How often the node has been opened or closed for the last time: what a search began before that found is stale.
    var holderChanges: UInt64 = 0

    /// How often the last close has been told.
    var closes: UInt64 = 0

    /// What was read last, and when.
    var lastSeen: (observation: DeviceObservation, at: Timestamp)? {
        didSet {
            environment.changes.add()
            if lastSeen?.observation != oldValue?.observation { noteNews() }
        }
    }

    /// What an open descriptor has told of the device that stays the same until the device leaves the bus.
    var capabilities: DeviceCapabilities?

    /// The features that were negotiated, where one of them decides what bit 4 of the status means; nil when not known.
    var negotiated: Features? { didSet { noteChange() } }

    /// The node that has gone while it was open: its last close is still to come.
    var removedNode: DeviceNode?

    /// What events have told of the device.
    var told = DeviceFacts()

    /// True when something may have changed since.
    var hasNews = false
    /// Told when the last close has been, or the device has left the bus, with where it is then.
    private(set) var closeWatcher: (turn: Turn, tell: @Sendable (RunState) -> Void)?

    nonisolated let name: DeviceName

    init(name: DeviceName, info: HostDevice?, environment: DeviceEnvironment) {
        self.name = name
        self.info = info
        self.environment = environment
    }

    /// The node, also that of a device which has left the bus while it was open.
    var node: DeviceNode? { info?.node ?? removedNode }

    /// True when nothing is left to be done or told about a device that has left the bus.
    var isUnused: Bool { turns.isEmpty && removedNode == nil }

    nonisolated var loop: EventLoop { environment.loop }
    nonisolated var host: any VDPAHost { environment.host }

    /// Takes the next place in the order of operations. Called when a request arrives, before anything is awaited.
    func takeTurn(for origin: CallOrigin? = nil) -> Turn {
        turns.take(for: origin)
    }

    /// A request that was received now.
    nonisolated func request(
        _ turn: Turn, deadlineMs: UInt32? = nil, holder: HolderSelector? = nil, descriptor: SharedDescriptor? = nil
    ) -> DeviceRequest {
        DeviceRequest(
            turn, milliseconds: deadlineMs ?? environment.defaultDeadlineMs, holder: holder, descriptor: descriptor)
    }

    /// A request that was received now.
    nonisolated func request(_ turn: Turn, _ params: DeviceParams, _ descriptor: SharedDescriptor?) -> DeviceRequest {
        request(turn, deadlineMs: params.deadlineMs, holder: params.holder, descriptor: descriptor)
    }

    /// Ends a turn, whether it had begun or not.
    func end(_ turn: Turn) {
        turns.end(turn)
    }

    /// Has the last close told while a turn lasts.
    func watchClose(during turn: Turn, _ watcher: @escaping @Sendable (RunState) -> Void) {
        closeWatcher = (turn, watcher)
    }

    /// Ends what a group has set up for a turn.
    func leaveGroup(_ turn: Turn) {
        if closeWatcher?.turn === turn { closeWatcher = nil }
        host.keepReady(name, record != nil || closeWatcher != nil)
    }

    /// Waits for the turn of a call that changes the device.
    func begin(_ request: DeviceRequest) async throws(ControlError) {
        guard await request.turn.wait(until: request.deadline, on: loop) else {
            var error = ControlError(
                .operationInProgress, "another operation on \(name.string) has not finished within the deadline",
                device: name)
            error.stateAfter = stateAfter
            throw error
        }
        guard info != nil else { throw notFound }
        note("begun")
    }

    /// Notes a step of the operation whose turn it is.
    func note(_ phase: String) {
        environment.operations.note(phase, of: turns.operation, device: name)
    }

    /// The device is not on the bus.
    var notFound: ControlError {
        .noDevice(name)
    }
}
