import ControlAPI
import Glibc
import LinuxIO
import Logging
import SystemPackage
import VDPA
import Virtio

@testable import DaemonCore
@testable import JSONRPC
@testable import VDPA

/// A daemon with a simulated host, both in this process, on one loop.
final class FuzzedDaemon: Sendable {
    /// The other end of a connection.
    final class Client: Sendable {
        let stream: StreamSocket
        /// Resolved when the daemon has done with the connection.
        let ended = Gate<Void>()
        private let received = Lock<[UInt8]>([])

        fileprivate init(_ stream: StreamSocket) {
            self.stream = stream
        }

        /// The next line; nil at the end.
        func nextLine() async -> [UInt8]? {
            while true {
                let line: [UInt8]? = received.withLock { received in
                    guard let end = received.firstIndex(of: 0x0a) else { return nil }
                    defer { received.removeSubrange(...end) }
                    return Array(received[..<end])
                }
                if let line { return line }
                guard let chunk = await chunk(), !chunk.isEmpty else { return nil }
                received.withLock { $0 += chunk }
            }
        }

        /// What comes next; nil when the connection is closed.
        private func chunk() async -> [UInt8]? {
            try? await stream.receive(keepingDescriptors: 4) { bytes, _ in
                var copy: [UInt8] = []
                copy.append(contentsOf: bytes)
                return copy
            }
        }
    }

    let loop: EventLoop
    /// What clients pass along: a descriptor of each device, and one of something else.
    let passed: [SharedDescriptor]
    private let daemon: Daemon
    private let connections = Lock<[UInt64: RPCConnection]>([:])
    private let serve: AsyncStream<(RPCConnection, Client)>.Continuation

    /// Few bytes reach each limit.
    private static let limits = {
        var limits = RPCLimits()
        limits.lineBytes = 3_072
        limits.replyBytes = 1 << 18
        limits.depth = 16
        limits.batchRequests = 4
        limits.descriptors = 2
        limits.requestsInFlight = 4
        limits.unreadReplyBytes = 4_096
        return limits
    }()

    private init(
        _ host: SimulatedHost, in directory: String, on loop: EventLoop,
        _ serve: AsyncStream<(RPCConnection, Client)>.Continuation
    ) async throws {
        self.loop = loop
        self.serve = serve
        let null = SharedDescriptor(try Files.openReadWrite("/dev/null"))
        passed = try ["net0", "blk0"].map { try SimulatedToken(for: try DeviceName($0)).descriptor } + [null]
        let log = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        let events = Events(on: loop)
        let environment = DeviceEnvironment(
            loop: loop, host: host, store: try RecordStore<RunRecord>(stateDirectory: directory, folder: "devices"),
            changeStore: try RecordStore<ProvisioningRecord>(stateDirectory: directory, folder: "changes"),
            savedStates: try SavedStates(stateDirectory: directory), followUps: FollowUps(), bootID: "boot",
            source: DeviceEnvironment.Source(host: "fuzz", kernel: "none"),
            operations: Operations(
                instance: "fuzz", bootID: "boot",
                store: try RecordStore<OperationRecord>(stateDirectory: directory, folder: "operations"),
                events: events, log: log),
            tunables: Tunables(Tunables.Values(defaultDeadlineMs: 50)), events: events, metrics: Metrics(on: loop),
            log: log)
        var configuration = Configuration()
        configuration.declarations = directory + "/declarations"
        daemon = Daemon(
            environment: environment, identity: Identity(version: "0", host: .simulated),
            configuration: ConfigurationReport(
                options: try DaemonOptions(arguments: ["--simulate"]) { _ in nil }, configuration: configuration),
            ownUID: 0, audit: try await AuditLog(file: directory + "/audit", journal: nil, on: loop, log: log))
        events.tell { [weak self] number in
            self?.connections.withLock { $0[number] }?.assumeIsolated { $0.notify() }
        }
    }

    /// Runs `body` with a daemon that serves, and returns when it is gone. On the loop.
    static func run(
        on loop: EventLoop, _ body: @escaping @Sendable (FuzzedDaemon) async throws -> Void
    ) async throws {
        let remains = try await serve(on: loop, body)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: 8_000)
        while let object = remains.first(where: { $0.object != nil })?.object {
            guard MonotonicInstant.now < deadline else {
                throw FuzzFinding("\(type(of: object)) is still there after its end")
            }
            await loop.yield()
        }
    }

    /// What is to be gone.
    private struct Remains {
        weak var object: AnyObject?
    }

    private static func serve(
        on loop: EventLoop, _ body: @escaping @Sendable (FuzzedDaemon) async throws -> Void
    ) async throws -> [Remains] {
        let directory = "/dev/shm/vdpad-fuzz-\(getpid())-\(UInt64.random(in: .min ... .max))"
        defer { remove(directory) }
        let pair = try DescriptorPair()
        let near = try StreamSocket(adopting: pair.first, on: loop)
        let far = try StreamSocket(adopting: pair.second, on: loop)
        let server = SimulatedHostServer(on: loop)
        try await server.prepare(.hold(try DeviceName("blk0"), command: "vmm", unit: nil, isRunning: true))
        let host = SimulatedHost(near, processID: getpid())
        let (accepted, serve) = AsyncStream<(RPCConnection, Client)>.makeStream()
        let fuzzed = try await FuzzedDaemon(host, in: directory, on: loop, serve)
        let daemon = fuzzed.daemon
        let followUps = daemon.environment.followUps
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) { await server.serve(far) }
            group.addTask(executorPreference: loop) {
                await withDiscardingTaskGroup { group in
                    for await (connection, client) in accepted {
                        group.addTask(executorPreference: loop) {
                            await connection.serve()
                            client.ended.resolve(())
                        }
                    }
                }
            }
            group.addTask(executorPreference: loop) {
                defer { followUps.finish() }
                await daemon.start()
                try await body(fuzzed)
                // As a daemon that is stopped does it.
                await daemon.endWaits()
                await daemon.endLeases(until: .now.advanced(byMilliseconds: 1_000))
                await daemon.closeOwned(until: .now.advanced(byMilliseconds: 1_000))
            }
            // To the last one: what is left in there holds what it is about.
            for await work in followUps.stream {
                group.addTask(executorPreference: loop) { await work() }
            }
            serve.finish()
            host.stop()
            group.cancelAll()
        }
        return [Remains(object: fuzzed), Remains(object: daemon)]
    }

    /// A new connection, of root.
    func connect() throws -> Client {
        let pair = try DescriptorPair()
        let client = Client(try StreamSocket(adopting: pair.first, on: loop))
        let number = connections.withLock { UInt64($0.count + 1) }
        let peer = RPCPeer(connection: number, socket: "control", pid: getpid(), uid: 0, gid: 0)
        let stream = try StreamSocket(adopting: pair.second, on: loop)
        try daemon.connectionOpened(peer, over: stream)
        let connection = RPCConnection(stream, peer: peer, limits: Self.limits, handler: daemon, on: loop)
        connections.withLock { $0[number] = connection }
        serve.yield((connection, client))
        return client
    }

    /// Removes a directory of directories of files.
    private static func remove(_ path: String) {
        for name in (try? Files.list(path)) ?? [] {
            let inner = "\(path)/\(name)"
            if (try? Files.remove(inner)) == nil { remove(inner) }
        }
        unsafe rmdir(path)
    }
}
