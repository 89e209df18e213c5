package import JSON
public import LinuxIO
import SystemPackage
public import Virtio

/// The simulated host as a daemon sees it: a connection to a process of its own.
///
/// The process is a child that ends with the daemon, or one that listens at a socket and outlives it. Without the process
/// every call fails with `workerLost`, those that were under way included; it is not started again, since its devices are
/// gone with it.
public final class SimulatedHost: VDPAHost {
    /// The process's pid.
    public let processID: Int32

    private let take = Lock<(@Sendable (HostChange) -> Void)?>(nil)
    private let outgoing = SimulatedHostLines()
    private let calls = Lock(SimulatedHostCalls())
    private let pendingRemovals = Lock<[UInt32]>([])
    private let closer = ThreadExecutor()
    private let exchange = Lock<Task<Void, Never>?>(nil)

    /// Speaks with the simulated host at the other end of a connected socket.
    ///
    /// - Parameters:
    ///   - socket: the connection; the host closes it.
    ///   - processID: the pid at its other end.
    package init(_ socket: StreamSocket, processID: Int32) {
        self.processID = processID
        let task = Task.detached(executorPreference: socket.loop) { [weak self, outgoing] in
            await withDiscardingTaskGroup { group in
                group.addTask { await outgoing.send(to: socket) }
                await SimulatedHost.receive(from: socket) { notice in self?.take(notice) }
                group.cancelAll()
            }
            socket.close()
            self?.lose("the simulated host (process \(processID)) has ended")
        }
        exchange.withLock { $0 = task }
    }

    deinit {
        exchange.withLock { $0 }?.cancel()
    }

    private static func receive(
        from socket: StreamSocket, _ take: (Result<SimulatedHostAnswer, HostError>) -> Void
    ) async {
        var reader = LineReader()
        // They come with the first byte of their answer, so before its end and in the order of the answers.
        var descriptors: [SharedDescriptor] = []
        while true {
            let lines: [[UInt8]]?
            do throws(Errno) {
                lines = try await socket.receive(keepingDescriptors: 1) { bytes, extras in
                    descriptors += extras.descriptors
                    return bytes.isEmpty ? nil : reader.lines(adding: bytes)
                }
            } catch {
                return
            }
            guard let lines else { return }
            for line in lines {
                take(
                    Result { () throws(HostError) in
                        var answer = SimulatedHostAnswer(notice: try SimulatedHostNotice(line: line))
                        if case .reply(_, .opened) = answer.notice, !descriptors.isEmpty {
                            answer.descriptor = descriptors.removeFirst()
                        }
                        return answer
                    })
            }
        }
    }

    private func take(_ result: Result<SimulatedHostAnswer, HostError>) {
        switch result.map(\.notice) {
        case .success(.change(let change, let numbers)):
            pendingRemovals.withLock { $0 = numbers }
            take.withLock { $0 }?(change)
        case .success(.reply(let id, _)), .success(.result(let id, _)), .success(.failure(let id?, _)):
            let (answered, next) = calls.withLock { calls in calls.finish(id, now: .now) }
            if let next { outgoing.add(next.line) }
            answered?.resolve(result)
        case .success(.failure(nil, let error)), .failure(let error):
            // Both ends are the same program: what cannot be read here means that no call can be trusted any more.
            lose("the simulated host's protocol is broken: \(error.message)")
        }
    }

    private func lose(_ message: String) {
        let error = HostError(.workerLost, message)
        let unanswered = calls.withLock { calls in calls.lose(error) }
        for call in unanswered { call.resolve(.failure(error)) }
        outgoing.finish()
    }

    // MARK: VDPAHost

    /// Tells what the simulated host's process announces.
    public func follow(_ take: @escaping @Sendable (HostChange) -> Void) {
        self.take.withLock { $0 = take }
    }

    /// All management devices and devices of the simulated host.
    public func inventory() -> HostCall<Inventory> {
        call(.request(.inventory, passed: nil), "inventory", in: .netlink) { notice in
            guard case .reply(_, .inventory(let inventory)) = notice else { return nil }
            return inventory
        }
    }

    /// These devices of the simulated host.
    public func devices(named names: [DeviceName]) -> HostCall<[HostDevice]> {
        call(.request(.devices(names), passed: nil), "inventory", in: .netlink) { notice in
            guard case .reply(_, .devices(let devices)) = notice else { return nil }
            return devices
        }
    }

    /// No simulated VMM is a process.
    public func watchExit(of holder: HolderReference, _ body: @escaping @Sendable () -> Void) -> ProcessWatch? { nil }

    /// What sysfs alone would show.
    public func inventory(without failure: HostError) -> HostCall<Inventory> {
        call(.request(.sysfsInventory(failure), passed: nil), "inventory", in: .scan) { notice in
            guard case .reply(_, .inventory(let inventory)) = notice else { return nil }
            return inventory
        }
    }

    /// What netlink would say of one device.
    public func configuration(of device: DeviceName) -> HostCall<NetlinkConfiguration> {
        call(.request(.configuration(device), passed: nil), "configuration", in: .netlink) { notice in
            guard case .reply(_, .configuration(let configuration)) = notice else { return nil }
            return configuration
        }
    }

    /// Which processes have one of the nodes open: simulated VMMs, or this one.
    public func holders(of nodes: [DeviceNode], in pid: Int32?) -> HostCall<HolderScan> {
        call(.request(.holders(nodes, pid: pid), passed: nil), "holders", in: .scan) { notice in
            guard case .reply(_, .holders(let scan)) = notice else { return nil }
            return scan
        }
    }

    /// Runs a procedure on a device, after those of the same device that were asked for before.
    public func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: AccessPath
    ) -> HostCall<DeviceReport> {
        let requested: HostRequest.RequestedAccess
        var passed: DeviceName?
        switch access {
        case .owner: requested = .owner
        case .shared(let holder): requested = .shared(holder)
        case .passed(let descriptor):
            requested = .passedDescriptor
            passed = SimulatedDescriptor.device(behind: descriptor)
        }
        let request = HostRequest.perform(procedure, node, requested)
        return call(.request(request, passed: passed), procedure.kind, in: .device(node.device)) { notice in
            guard case .reply(_, .report(let report)) = notice else { return nil }
            return report
        }
    }

    /// Does nothing: the one process is there.
    public func keepReady(_ device: DeviceName, _ isReady: Bool) {}

    /// Gives up the procedure that runs on the device: those that wait for it and later ones fail with `blocked` until it
    /// returns.
    public func abandon(_ node: DeviceNode) {
        guard let (refused, error) = calls.withLock({ calls in calls.abandon(node.device) }) else { return }
        for call in refused { call.resolve(.failure(error)) }
    }

    /// Has a descriptor closed on a thread: no worker is needed where no close resets a device, but it may be anything.
    public func closeElsewhere(_ descriptor: SharedDescriptor) {
        closeUnread(descriptor) {}
    }

    /// Has a socket closed on a thread.
    public func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) {
        socket.whenReleased { [closer] (released: consuming OwnedDescriptor) in
            let last = DescriptorHandoff(SharedDescriptor(released))
            closer.run {
                last.release()
                finish()
            }
        }
    }

    /// True: nothing counts them here.
    public var takesDescriptors: Bool { true }

    /// The calls that were given up and have not returned; the one process counts as one worker.
    public func health() -> HostHealth {
        calls.withLock { calls in
            HostHealth(
                stuckCalls: calls.stuckCalls(now: .now, worker: processID), workerCount: calls.loss == nil ? 1 : 0,
                pendingRemovals: pendingRemovals.withLock { $0 })
        }
    }

    /// Ends the connection, and with it a process that was started for it; what has not returned fails with `workerLost`.
    public func stop() {
        lose("the simulated host was stopped")
        exchange.withLock { $0 }?.cancel()
    }

    // MARK: Calls

    /// Directs the simulated host.
    package func control(_ request: SimulatedControl) -> HostCall<JSONValue> {
        call(.control(request), "control", in: .unordered) { notice in
            guard case .result(_, let result) = notice else { return nil }
            return result
        }
    }

    func call<Value: Sendable>(
        _ body: SimulatedHostMessage.Body, _ operation: String, on device: DeviceName? = nil,
        in lane: SimulatedHostCalls.Lane, _ extract: @escaping @Sendable (SimulatedHostNotice) -> Value?
    ) -> HostCall<Value> {
        ask(body, operation, on: device, in: lane) { answer in extract(answer.notice) }
    }

    func ask<Value: Sendable>(
        _ body: SimulatedHostMessage.Body, _ operation: String, on device: DeviceName? = nil,
        in lane: SimulatedHostCalls.Lane, _ extract: @escaping @Sendable (SimulatedHostAnswer) -> Value?
    ) -> HostCall<Value> {
        let gate = HostCall<Value>()
        let id = calls.withLock { calls in calls.nextID() }
        let line = SimulatedHostLine(SimulatedHostMessage(id: id, body))
        let call = SimulatedHostCalls.Call(
            id: id, lane: lane, device: device, operation: operation, since: .now, line: line
        ) { answer in
            gate.resolve(answer.flatMap { answer in SimulatedHost.value(of: answer, extract) })
        }
        switch calls.withLock({ calls in calls.admit(call) }) {
        case .send: outgoing.add(line)
        case .wait: break
        case .refuse(let error): gate.resolve(.failure(error))
        }
        return gate
    }

    private static func value<Value>(
        of answer: SimulatedHostAnswer, _ extract: (SimulatedHostAnswer) -> Value?
    ) -> Result<Value, HostError> {
        switch answer.notice {
        case .reply(_, .failure(let error)), .failure(_, let error): .failure(error)
        default:
            if let value = extract(answer) {
                .success(value)
            } else {
                .failure(HostError(.malformed, "the simulated host answered something else than was asked"))
            }
        }
    }
}
