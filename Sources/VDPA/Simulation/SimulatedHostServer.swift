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
    private let changes: AsyncStream<HostChange>
    private var lanes: [LaneKey: SimulatedLane] = [:]
    private var connections: [UInt64: AsyncStream<[UInt8]>.Continuation] = [:]
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
        let (stream, continuation) = AsyncStream<HostChange>.makeStream()
        self.loop = loop
        (end, endContinuation) = AsyncStream.makeStream()
        changes = stream
        machine = SimulatedMachine { change in continuation.yield(change) }
    }

    /// Carries out a control request before anybody has connected.
    func prepare(_ request: SimulatedControl) throws(HostError) {
        let now = machine.now
        _ = try machine.change { model throws(HostError) in try model.control(request, at: now) }
    }

    /// Passes changes on to every connection, until the task is cancelled.
    func announceChanges() async {
        for await change in changes {
            let line = SimulatedHostNotice.change(change).line
            for outgoing in connections.values { outgoing.yield(line) }
        }
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
        let (lines, outgoing) = AsyncStream<[UInt8]>.makeStream()
        connections[connection] = outgoing
        let daemon = SimulatedHostServer.process(at: socket, connection: connection)
        // The bodies here and below throw nothing.
        try? machine.change { model throws(HostError) in model.connect(connection, as: daemon) }
        await withDiscardingTaskGroup { group in
            group.addTask {
                await SimulatedHostServer.send(lines, to: socket)
                await self.endIfStopping()
            }
            await receive(from: socket, as: connection, outgoing)
            outgoing.finish()
            group.cancelAll()
        }
        connections[connection] = nil
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

    private static func send(_ lines: AsyncStream<[UInt8]>, to socket: StreamSocket) async {
        for await line in lines {
            do throws(Errno) { try await socket.send(line) } catch { return }
        }
    }

    private func receive(
        from socket: StreamSocket, as connection: UInt64, _ outgoing: AsyncStream<[UInt8]>.Continuation
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
        _ line: [UInt8], from connection: UInt64, _ outgoing: AsyncStream<[UInt8]>.Continuation
    ) {
        let message: SimulatedHostMessage
        do throws(HostError) { message = try SimulatedHostMessage(line: line) } catch {
            let id = try? JSONValue(line: line).member("id") as UInt64
            outgoing.yield(SimulatedHostNotice.failure(id: id, error).line)
            return
        }
        let id = message.id
        switch message.body {
        case .control(let control):
            outgoing.yield(answer(control, id: id).line)
            guard case .stop = control else { return }
            isStopping = true
            // What was answered before is still sent.
            outgoing.finish()
        case .request(let request, let passed):
            lane(for: request).run { [machine] in
                // What waited when its daemon went is not done any more, as the kernel does it for no dead process.
                guard machine.read({ model in model.isConnected(connection) }) else { return }
                let reply = machine.answer(request, passed: passed, from: connection)
                outgoing.yield(SimulatedHostNotice.reply(id: id, reply).line)
            }
        }
    }

    private func answer(_ control: SimulatedControl, id: UInt64) -> SimulatedHostNotice {
        let now = machine.now
        do throws(HostError) {
            return .result(
                id: id, try machine.change { model throws(HostError) in try model.control(control, at: now) })
        } catch {
            return .failure(id: id, error)
        }
    }

    private func lane(for request: HostRequest) -> SimulatedLane {
        let key: LaneKey =
            switch request {
            case .inventory: .netlink
            // Asked per device, but the family answers one at a time.
            case .configuration, .statistics: .netlink
            case .provision, .autoprobe, .open: .netlink
            case .holders, .sysfsInventory: .scan
            case .discard, .release: .scan
            case .perform(_, let node, _): .device(node.device)
            }
        if let lane = lanes[key] { return lane }
        let lane = SimulatedLane(on: loop)
        lanes[key] = lane
        return lane
    }
}
