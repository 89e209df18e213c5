public import LinuxIO
public import Virtio

/// The vDPA devices of one host: the kernel's, or simulated ones.
///
/// No call blocks its caller, whatever the kernel does: each returns a gate that the result resolves. A caller that does
/// not wait any longer leaves the call to itself; it goes on and resolves the gate when it returns.
public protocol VDPAHost: Sendable {
    /// All management devices and devices, from netlink and sysfs.
    ///
    /// While the removal of a device waits for its holder it is from sysfs alone, and `netlinkFailure` is `blocked`.
    func inventory() -> HostCall<Inventory>

    /// Those of these devices that are on the bus, as `inventory()` shows them. Fails when netlink cannot be asked.
    func devices(named names: [DeviceName]) -> HostCall<[HostDevice]>

    /// What sysfs alone shows, for when netlink does not answer.
    ///
    /// - Parameter failure: why, for the inventory's `netlinkFailure`.
    /// - Returns: devices with what sysfs tells of them, and no management devices.
    func inventory(without failure: HostError) -> HostCall<Inventory>

    /// What netlink says of one device's configuration and negotiated features.
    func configuration(of device: DeviceName) -> HostCall<NetlinkConfiguration>

    /// Which processes have one of the nodes open: one search for all of them, or only in one process.
    ///
    /// Needs CAP_DAC_READ_SEARCH to see other users' processes.
    func holders(of nodes: [DeviceNode], in pid: Int32?) -> HostCall<HolderScan>

    /// Watches the process that holds a device; `body` is called on the loop when it has exited. On the loop.
    ///
    /// - Returns: what ends the watch when it is let go; nil where processes are not watched.
    func watchExit(of holder: HolderReference, _ body: @escaping @Sendable () -> Void) -> ProcessWatch?

    /// Runs a procedure on a device. Procedures of one device run one at a time, in the order of the calls.
    ///
    /// A procedure whose kernel call has not returned makes later ones on the same device fail with `blocked` once the
    /// caller has given it up with `abandon`.
    func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: AccessPath
    ) -> HostCall<DeviceReport>

    /// Makes a change of the devices, of their binding, or of their nodes. It is not taken back when nobody waits for it.
    func provision(_ step: ProvisioningStep) -> HostCall<Void>

    /// What a device's driver counts for these queues. Needs CAP_NET_ADMIN.
    ///
    /// Fails with `notSupported` for a device whose driver counts nothing; what only keeps a queue from being read stands
    /// with the queue.
    func statistics(of device: DeviceName, queues: [UInt32]) -> HostCall<DeviceStatistics>

    /// Whether the kernel binds new devices by itself (`drivers_autoprobe`).
    func autoprobe() -> HostCall<Bool>

    /// Opens a node, which resets the device, without owning the device. The host closes the descriptor as those of
    /// `closeElsewhere`.
    ///
    /// Needs the node's permissions (0600 root) or CAP_DAC_OVERRIDE. Fails with `busy` when somebody has it open.
    func open(_ node: DeviceNode) -> HostCall<DescriptorHandoff>

    /// Keeps what a call to the device needs, or no more: while a device is stopped nothing is to be started before it goes
    /// on. On the loop.
    func keepReady(_ device: DeviceName, _ isReady: Bool)

    /// Gives up waiting for the procedure that runs on the device: its worker is replaced, its gate is still resolved
    /// should it ever return.
    func abandon(_ node: DeviceNode)

    /// Has a descriptor that somebody passed closed outside this process, once nothing in this process refers to it any
    /// more. From any thread; doing it again changes nothing.
    ///
    /// If its process has died meanwhile, this may be the last descriptor of a device: closing it resets the device, which
    /// can sleep uninterruptibly. `perform` does it for those that it is given; it is to be done for all that may never
    /// get there.
    func closeElsewhere(_ descriptor: SharedDescriptor)

    /// Closes a socket outside this process, once nothing here refers to it any more, and with it what descriptors of
    /// somebody unknown are in it; none of those of `closeElsewhere` waits for it. From any thread.
    ///
    /// - Parameters:
    ///   - socket: what is closed.
    ///   - finish: called when it is closed, from any thread.
    func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void)

    /// Whether further descriptors may be passed: not while too many wait to be closed.
    var takesDescriptors: Bool { get }

    /// Tells from now on, on the loop and in order, what happens on the host without vdpad's doing. Once.
    ///
    /// What the kernel announced before a request arrived is told before the request is, so that nobody who made a change
    /// is answered as if it had not happened.
    func follow(_ take: @escaping @Sendable (HostChange) -> Void)

    /// What keeps the host from doing all that it is asked.
    func health() -> HostHealth

    /// Ends all workers; what has not returned is left behind.
    func stop()
}

extension VDPAHost {
    /// Which processes have the node open; with a pid, whether that process has.
    public func holders(of node: DeviceNode, in pid: Int32? = nil) -> HostCall<HolderScan> {
        holders(of: [node], in: pid)
    }
}

/// A call that is under way; its gate is resolved once, by the result.
public typealias HostCall<Value: Sendable> = Gate<Result<Value, HostError>>

/// Something that happened on the host.
public enum HostChange: Sendable, Hashable {
    /// A device or its driver binding came, changed or went (uevent of the vdpa bus).
    case device(DeviceName)
    /// Any device may have come, changed or gone.
    case inventory
    /// A module was loaded, or a driver was bound to a device of any bus: a management device, which has no uevent, may be
    /// about to come. A module's comes before its code runs.
    case driver
    /// The node `/dev/vhost-vdpa-N` came (inotify IN_CREATE). Its driver's binding, of which the bus tells, ends later.
    case created(number: UInt32)
    /// A process has opened the node `/dev/vhost-vdpa-N` (inotify IN_OPEN).
    case opened(number: UInt32)
    /// The last descriptor of the node was closed (inotify IN_CLOSE_WRITE or IN_CLOSE_NOWRITE): the device is reset.
    case closed(number: UInt32)
    /// The node was removed (inotify IN_DELETE).
    case removed(number: UInt32)
    /// Notifications were lost, or could not be had for a while; everything may have changed.
    case overflow
}

/// The state of a host's workers and notifications.
public struct HostHealth: Sendable, Hashable {
    /// A kernel call that was given up and has not returned.
    public struct StuckCall: Sendable, Hashable {
        /// The device concerned; nil for netlink, for the holder scan and for the close of what a caller passed.
        public var device: DeviceName?
        /// What was asked.
        public var operation: String
        /// Since when.
        public var since: MonotonicInstant
        /// The worker's pid; nil for a device that vdpad owns, whose calls run in the daemon.
        public var worker: Int32?

        /// Describes a stuck call.
        public init(device: DeviceName?, operation: String, since: MonotonicInstant, worker: Int32?) {
            self.device = device
            self.operation = operation
            self.since = since
            self.worker = worker
        }
    }

    /// Calls that have not returned.
    public var stuckCalls: [StuckCall]

    /// How many worker processes there are.
    public var workerCount: Int

    /// What `follow` does not tell at present and why, one sentence each; it is tried again all the time.
    public var watchFailures: [String]

    /// N of nodes that were removed while a process may have them open, in order.
    ///
    /// Until it closes them, the removal of the device holds the lock of the vdpa netlink family, in which every call
    /// would hang; so none is made, and the inventory is sysfs's alone.
    public var pendingRemovals: [UInt32]

    /// Describes a host.
    public init(
        stuckCalls: [StuckCall], workerCount: Int, watchFailures: [String] = [], pendingRemovals: [UInt32] = []
    ) {
        self.stuckCalls = stuckCalls
        self.workerCount = workerCount
        self.watchFailures = watchFailures
        self.pendingRemovals = pendingRemovals
    }
}
