public import LinuxIO
import SystemPackage
public import Virtio

/// The vDPA devices of the running kernel.
///
/// Calls that can sleep uninterruptibly run in worker processes, except those on devices that this process owns: these
/// run on a thread for each such device. When the process dies, its workers die and the devices it owns are reset.
///
/// Rights: none for the inventory; CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH to find holders and to share their devices;
/// CAP_DAC_OVERRIDE (or root) to open nodes.
public final class KernelHost: VDPAHost {
    /// How the host is set up.
    public struct Options: Sendable, Hashable {
        /// How a worker is started.
        public var worker = WorkerCommand()
        /// Where the kernel's file systems are.
        public var paths = HostPaths()
        /// Workers for shared devices that may work at once; those that were given up are not counted.
        public var maximumDeviceWorkers = 64
        /// Workers for shared devices that are started ahead and stay.
        public var idleDeviceWorkers = 2
        /// After how long a netlink call, a search for holders or a close counts as stuck.
        ///
        /// While a netlink call is stuck, later ones fail at once. A search or a close goes on in another worker; with two
        /// searches stuck, later ones fail at once.
        public var stuckAfterMilliseconds: UInt64 = 5_000

        /// The usual set-up.
        public init() {}
    }

    /// How many descriptors that callers have passed may wait to be closed before no more are taken.
    private static let maximumClosing = 256

    private struct Work: Sendable {
        let procedure: DeviceProcedure
        let node: DeviceNode
        let access: AccessPath
        let gate: HostCall<DeviceReport>
    }

    /// How many descriptors that callers have passed are to be closed.
    private final class ClosingCount: Sendable {
        let value = Lock(0)
    }

    private struct State: Sendable {
        var lanes = DeviceLanes<Work>()
        /// The worker job of a call, by the call's number.
        var jobs: [UInt64: UInt64] = [:]
        var owned: [DeviceName: OwnedDevice] = [:]
        var isStopped = false
    }

    private let options: Options
    let pool: WorkerPool
    let operations: AsyncStream<WorkerPool.Operation>.Continuation
    private let state = Lock(State())
    private let closing = ClosingCount()
    let watches = WatchStatus()

    /// Starts workers, as soon as the loop runs.
    ///
    /// - Parameters:
    ///   - loop: the loop of the daemon; its thread must live as long as the process.
    ///   - options: how the host is set up.
    public init(on loop: EventLoop, options: Options = Options()) {
        self.options = options
        let (stream, operations) = AsyncStream<WorkerPool.Operation>.makeStream()
        self.operations = operations
        var limits = WorkerSchedule.Limits()
        limits.deviceWorkers = options.maximumDeviceWorkers
        limits.idleDeviceWorkers = options.idleDeviceWorkers
        limits.stuckAfterMilliseconds = options.stuckAfterMilliseconds
        pool = WorkerPool(loop: loop, command: options.worker, limits: limits) { operations.yield($0) }
        // Nobody waits for it: `stop` or `deinit` ends the stream, which cancels what runs. What does not return from
        // the kernel even then, a device's thread, ends with the process.
        Task.detached(executorPreference: loop) {
            await withDiscardingTaskGroup { group in
                for await operation in stream { group.addTask { await operation() } }
                group.cancelAll()
            }
        }
        pool.warmUp(.netlink)
        pool.warmUp(.scan)
        for _ in 0..<options.idleDeviceWorkers { pool.warmUp(.device) }
    }

    deinit {
        operations.finish()
    }

    /// Watches nodes and the vdpa bus.
    public func follow(_ take: @escaping @Sendable (HostChange) -> Void) {
        let keeper = WatchKeeper(loop: pool.loop, status: watches, announce: take)
        let nodes = NodeWatch(options.paths.dev, keeper)
        operations.yield { await nodes.run() }
        operations.yield { await BusWatch(keeper: keeper).run() }
    }

    // MARK: Looking

    /// All management devices and devices, from netlink and sysfs; from sysfs alone while a removal waits. Needs no right.
    public func inventory() -> HostCall<Inventory> {
        if let removalPending { return inventory(without: removalPending) }
        return ask(.inventory, .netlink) { reply in
            guard case .inventory(let inventory) = reply else { return nil }
            return inventory
        }
    }

    /// These devices, from netlink and sysfs; fails while a removal waits. Needs no right.
    public func devices(named names: [DeviceName]) -> HostCall<[HostDevice]> {
        if let removalPending { return Self.failed(removalPending) }
        return ask(.devices(names), .netlink) { reply in
            guard case .devices(let devices) = reply else { return nil }
            return devices
        }
    }

    /// What sysfs alone shows. Needs no right.
    public func inventory(without failure: HostError) -> HostCall<Inventory> {
        ask(.sysfsInventory(failure), .scan) { reply in
            guard case .inventory(let inventory) = reply else { return nil }
            return inventory
        }
    }

    /// What netlink says of one device's configuration and negotiated features. Needs no right.
    public func configuration(of device: DeviceName) -> HostCall<NetlinkConfiguration> {
        if let removalPending { return Self.failed(removalPending) }
        return ask(.configuration(device), .netlink) { reply in
            guard case .configuration(let configuration) = reply else { return nil }
            return configuration
        }
    }

    /// Which processes have one of the nodes open, as far as a search of two seconds finds them.
    public func holders(of nodes: [DeviceNode], in pid: Int32?) -> HostCall<HolderScan> {
        let workers = pool.processIDs
        return ask(.holders(nodes, pid: pid), .scan) { [pool] reply in
            guard case .holders(var scan) = reply else { return nil }
            // A worker has a duplicate for as long as its procedure takes, and is nobody's holder.
            let ours = workers.union(pool.processIDs)
            scan.holders.removeAll { ours.contains($0.reference.pid) }
            return scan
        }
    }

    /// Watches a process by its pidfd. Needs no right.
    public func watchExit(of holder: HolderReference, _ body: @escaping @Sendable () -> Void) -> ProcessWatch? {
        let isOver: Bool
        do throws(Errno) {
            let watch = try ProcessWatch(holder.pid, on: pool.loop, body)
            // Read after the process was made sure of: another one may have its number.
            if try ProcessStat(pid: holder.pid, paths: options.paths).startTime == holder.startTime {
                return watch
            }
            isOver = true
        } catch {
            isOver = error == .noSuchProcess || error == .noSuchFileOrDirectory
        }
        if isOver { _ = pool.loop.schedule(at: .now, body) }
        return nil
    }

    /// Why no netlink call of the vdpa family may be made now.
    var removalPending: HostError? { .removalPending(watches.pendingRemovals) }

    func ask<Value: Sendable>(
        _ request: HostRequest, _ role: HostWorker.Role, _ extract: @escaping @Sendable (HostReply) -> Value?
    ) -> HostCall<Value> {
        let gate = HostCall<Value>()
        pool.submit(request, to: role, as: pool.makeJobNumber()) { result in
            gate.resolve(Self.value(of: result, extract))
        }
        return gate
    }

    static func failed<Value>(_ error: HostError) -> HostCall<Value> {
        let gate = HostCall<Value>()
        gate.resolve(.failure(error))
        return gate
    }

    private static func value<Value>(
        of result: Result<WorkerAnswer, HostError>, _ extract: (HostReply) -> Value?
    ) -> Result<Value, HostError> {
        result.flatMap { answer in
            if case .failure(let error) = answer.reply { return .failure(error) }
            if let value = extract(answer.reply) { return .success(value) }
            return .failure(HostError(.malformed, "a host worker answered something else than was asked"))
        }
    }

    // MARK: Procedures

    /// Runs a procedure on a device, after those of the same device that were asked for before.
    public func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: AccessPath
    ) -> HostCall<DeviceReport> {
        if case .passed(let descriptor) = access { closeElsewhere(descriptor) }
        let gate = HostCall<DeviceReport>()
        let work = Work(procedure: procedure, node: node, access: access, gate: gate)
        let admission: DeviceLanes<Work>.Admission = state.withLock { state in
            guard !state.isStopped else { return .refuse(Self.stopped) }
            return state.lanes.admit(node.device, operation: procedure.kind, work, now: .now)
        }
        switch admission {
        case .start(let call): start(call)
        case .wait: break
        case .refuse(let error): gate.resolve(.failure(error))
        }
        return gate
    }

    private func start(_ call: DeviceLanes<Work>.Call) {
        let work = call.work
        switch work.access {
        case .owner:
            guard let device = ownedDevice(for: work) else {
                let error = HostError(.notOwner, "vdpad does not have \(work.node.device) open")
                return finish(call, .failure(error))
            }
            let queued = operations.yield { [self] in
                finish(call, await device.perform(work.procedure, on: work.node))
            }
            if case .terminated = queued { finish(call, .failure(Self.stopped)) }
        case .shared(let holder):
            submit(call, .shared(holder), nil)
        case .passed(let descriptor):
            submit(call, .passedDescriptor, DescriptorHandoff(descriptor))
        }
    }

    private func submit(
        _ call: DeviceLanes<Work>.Call, _ access: HostRequest.RequestedAccess, _ descriptor: DescriptorHandoff?
    ) {
        let request = HostRequest.perform(call.work.procedure, call.work.node, access)
        let job = pool.makeJobNumber()
        state.withLock { $0.jobs[call.id] = job }
        pool.submit(request, to: .device, passing: descriptor, as: job) { [self] result in
            let report = Self.value(of: result) { reply -> DeviceReport? in
                guard case .report(let report) = reply else { return nil }
                return report
            }
            finish(call, report)
        }
    }

    /// The device to run an owner's procedure on; nil when it is not open and is not to be opened.
    private func ownedDevice(for work: Work) -> OwnedDevice? {
        state.withLock { state in
            if let device = state.owned[work.node.device] { return device }
            guard case .open = work.procedure else { return nil }
            let device = OwnedDevice(paths: options.paths)
            state.owned[work.node.device] = device
            return device
        }
    }

    private func finish(_ call: DeviceLanes<Work>.Call, _ result: Result<DeviceReport, HostError>) {
        let next = state.withLock { state in
            state.jobs[call.id] = nil
            return state.lanes.finish(call.id, on: call.device, now: .now)
        }
        // After the lane is free: who waits for the gate may ask for the next procedure at once.
        call.work.gate.resolve(result)
        if let next { start(next) }
    }

    /// Keeps a worker for the device, or no more.
    public func keepReady(_ device: DeviceName, _ isReady: Bool) {
        pool.keepReady(device, isReady)
    }

    /// Gives up waiting for the procedure that runs on the device.
    public func abandon(_ node: DeviceNode) {
        let given = state.withLock { state in
            state.lanes.abandon(node.device).map { ($0.refused, $0.2, state.jobs[$0.stuck.id]) }
        }
        guard let (refused, error, job) = given else { return }
        if let job { pool.abandon(job: job) }
        for call in refused { call.work.gate.resolve(.failure(error)) }
    }

    /// Has a descriptor closed in a worker, once nothing in this process refers to it any more.
    ///
    /// It is closed here only where no worker can be started, and after `stop`.
    public func closeElsewhere(_ descriptor: SharedDescriptor) {
        close(descriptor, by: .close, finish: {})
    }

    /// Has a socket closed in a worker of its own kind, which may be stuck for as long as somebody unknown likes.
    public func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) {
        close(socket, by: .unread, finish: finish)
    }

    /// Whether few enough descriptors wait to be closed.
    public var takesDescriptors: Bool { closing.value.withLock { $0 } < Self.maximumClosing }

    private func close(
        _ descriptor: SharedDescriptor, by role: HostWorker.Role, finish: @escaping @Sendable () -> Void
    ) {
        descriptor.whenReleased { [operations, pool, closing] (released: consuming OwnedDescriptor) in
            let last = DescriptorHandoff(SharedDescriptor(released))
            let count = role == .close ? 1 : 0
            closing.value.withLock { $0 += count }
            // As a task: the last reference may go anywhere, under the pool's lock as well.
            operations.yield {
                pool.submit(.discard, to: role, passing: last, as: pool.makeJobNumber()) { _ in
                    closing.value.withLock { $0 -= count }
                    finish()
                }
            }
        }
    }

    // MARK: Health and end

    /// What the host's workers are doing.
    public func health() -> HostHealth {
        let abandoned = state.withLock { state in
            state.lanes.abandoned.map { ($0.device, $0.operation, $0.since, state.jobs[$0.id]) }
        }
        var stuck = abandoned.map { device, operation, since, job in
            HostHealth.StuckCall(
                device: device, operation: operation, since: since,
                worker: job.flatMap { pool.processID(ofJob: $0) })
        }
        stuck += pool.stuckCalls
        return HostHealth(
            stuckCalls: stuck, workerCount: pool.workerCount, watchFailures: watches.failures,
            pendingRemovals: watches.pendingRemovals)
    }

    /// Has the devices closed that this process owns, which resets them, and lets the workers end; calls under way in
    /// workers fail with `workerLost`. Returns before that has been done; what does not return from the kernel is left
    /// behind.
    public func stop() {
        let owned = state.withLock { state in
            state.isStopped = true
            defer { state.owned = [:] }
            return Array(state.owned.values)
        }
        for device in owned { operations.yield { await device.release() } }
        pool.stop()
        operations.finish()
    }

    static let stopped = HostError(.workerLost, "the host is being stopped")
}
