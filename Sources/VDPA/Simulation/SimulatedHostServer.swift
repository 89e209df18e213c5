import JSON
import LinuxIO
import SystemPackage
import Virtio

/// The simulated host's process: it answers daemons and tests from the model, on one loop.
///
/// Every connection gets its replies and all changes. What a connection has opened is closed when it ends, as the kernel
/// does for a process; holders, suspensions and faults stay.
actor SimulatedHostServer {
    private let loop: EventLoop
    private let machine: SimulatedMachine
    /// A thread for each, which its jobs may block; one device's calls do not wait for another's.
    private var lanes: [LaneKey: ThreadExecutor] = [:]
    private let connections = SimulatedHostConnections()
    private var lastConnection: UInt64 = 0
    private let end: AsyncStream<Never>
    private let endContinuation: AsyncStream<Never>.Continuation
    private var isStopping = false

    /// What is worked off one after another.
    private enum LaneKey: Hashable {
        case netlink
        case scan
        case device(DeviceName)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// A host with its two devices and nobody connected.
    init(on loop: EventLoop) {
        self.loop = loop
        (end, endContinuation) = AsyncStream.makeStream()
        machine = SimulatedMachine { [connections] change, pendingRemovals in
            connections.announce(SimulatedHostLine(.change(change, pendingRemovals: pendingRemovals)))
        }
    }

    /// Carries out a control request before anybody has connected.
    func prepare(_ request: SimulatedControl) throws(HostError) {
        _ = try machine.control(request)
    }

    /// Serves connections until the task is cancelled.
    func serve(_ listener: UnixListener) async throws(Errno) {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                while true {
                    let socket = try await listener.accept()
                    group.addTask { await self.serve(socket) }
                }
            }
        } catch let error as Errno {
            throw error
        } catch {
            throw .canceled
        }
    }

    /// Serves one connection until its end.
    func serve(_ socket: StreamSocket) async {
        lastConnection += 1
        let connection = lastConnection
        let outgoing = SimulatedHostLines()
        connections.add(connection, outgoing)
        // What nobody has told it: that removals wait.
        let pendingRemovals = machine.read { model in model.pendingRemovals }
        if !pendingRemovals.isEmpty {
            outgoing.add(SimulatedHostLine(.change(.overflow, pendingRemovals: pendingRemovals)))
        }
        let daemon = SimulatedHostServer.process(at: socket, connection: connection)
        // The bodies here and below throw nothing.
        try? machine.change { model throws(HostError) in model.connect(connection, as: daemon) }
        await withDiscardingTaskGroup { group in
            group.addTask {
                await outgoing.send(to: socket)
                await self.endIfStopping()
            }
            await receive(from: socket, as: connection, outgoing)
            outgoing.finish()
            group.cancelAll()
        }
        connections.remove(connection)
        socket.close()
        try? machine.change { model throws(HostError) in model.disconnect(connection) }
    }

    /// Waits until somebody has asked for the end and was answered.
    func waitForStop() async {
        for await _ in end {}
    }

    private func endIfStopping() {
        if isStopping { endContinuation.finish() }
    }

    /// The process at the other end of a connection, as a search for holders finds it.
    private static func process(at socket: StreamSocket, connection: UInt64) -> SimulatedProcess {
        let pid = (try? socket.peerCredentials.processID) ?? 0
        let stat = try? ProcessStat(pid: pid, paths: HostPaths())
        // No descriptor of the daemon's is the simulated file, so the number is free to be unique.
        let reference = HolderReference(
            pid: pid, startTime: stat?.startTime ?? 0, descriptor: Int32(truncatingIfNeeded: 1_000 + connection))
        return SimulatedProcess(reference: reference, command: stat?.command ?? "", unit: nil)
    }

    private func receive(
        from socket: StreamSocket, as connection: UInt64, _ outgoing: SimulatedHostLines
    ) async {
        var reader = LineReader()
        while true {
            let lines: [[UInt8]]?
            do throws(Errno) {
                lines = try await socket.receive { bytes, _ in bytes.isEmpty ? nil : reader.lines(adding: bytes) }
            } catch {
                return
            }
            guard let lines else { return }
            for line in lines { handle(line, from: connection, outgoing) }
        }
    }

    private func handle(
        _ line: [UInt8], from connection: UInt64, _ outgoing: SimulatedHostLines
    ) {
        let message: SimulatedHostMessage
        do throws(HostError) { message = try SimulatedHostMessage(line: line) } catch {
            let id = try? JSONValue(line: line).member("id") as UInt64
            outgoing.add(SimulatedHostLine(.failure(id: id, error)))
            return
        }
        let id = message.id
        switch message.body {
        case .control(let control):
            outgoing.add(SimulatedHostLine(answer(control, id: id)))
            guard case .stop = control else { return }
            isStopping = true
            // What was answered before is still sent.
            outgoing.finish()
        case .request(let request, let passed):
            if let reply = machine.answerWithoutNetlink(request) {
                outgoing.add(SimulatedHostLine(.reply(id: id, reply)))
                return
            }
            run(request) { [machine] in
                // What waited when its daemon went is not done any more, as the kernel does it for no dead process.
                guard machine.read({ model in model.isConnected(connection) }) else { return }
                outgoing.add(SimulatedHostServer.answer(request, id: id, passed: passed, from: connection, machine))
            }
        }
    }

    private static func answer(
        _ request: HostRequest, id: UInt64, passed: DeviceName?, from connection: UInt64, _ machine: SimulatedMachine
    ) -> SimulatedHostLine {
        guard case .open(let node) = request else {
            return SimulatedHostLine(
                .reply(id: id, machine.answer(request, passed: passed, from: connection)))
        }
        do throws(HostError) {
            return SimulatedHostLine(.reply(id: id, .opened), descriptors: [try machine.open(node)])
        } catch {
            return SimulatedHostLine(.reply(id: id, .failure(error)))
        }
    }

    private func answer(_ control: SimulatedControl, id: UInt64) -> SimulatedHostNotice {
        do throws(HostError) {
            return .result(id: id, try machine.control(control))
        } catch {
            return .failure(id: id, error)
        }
    }

    /// Runs a job after those that it has to wait for, on a thread that it may block.
    private func run(_ request: HostRequest, _ job: @escaping @Sendable () -> Void) {
        switch request {
        case _ where request.usesNetlink: lane(.netlink).run(job)
        case .holders, .sysfsInventory, .discard, .release: lane(.scan).run(job)
        case .perform(_, let node, _): lane(.device(node.device)).run(job)
        default:
            // Sysfs and nodes: each call sleeps by itself. Without a thread it is made here, where it seldom sleeps.
            do throws(Errno) { try DetachedThread.start(job) } catch { job() }
        }
    }

    private func lane(_ key: LaneKey) -> ThreadExecutor {
        if let lane = lanes[key] { return lane }
        let lane = ThreadExecutor()
        lanes[key] = lane
        return lane
    }
}
