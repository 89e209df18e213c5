import ControlAPI
import Glibc
import JSONRPC
import LinuxIO
import Logging
import SystemPackage
import VDPA

/// One run of the daemon, from its start to its orderly stop.
struct Service: Sendable {
    /// What still waits on the loop at the end is needed no more, but is not lost: only what nothing leads to is a leak.
    private static let finishedLoop = Lock<EventLoop?>(nil)

    typealias Stores = (
        RecordStore<RunRecord>, RecordStore<ProvisioningRecord>, RecordStore<OperationRecord>
    )

    let options: DaemonOptions
    let settings: Settings
    let log: Logger
    let logLevel: LogLevel
    let reader = ConfigurationReader()
    private let configuration: ConfigurationReport
    /// The journal, if standard error leads there.
    let journal: Journal?

    init(options: DaemonOptions, configuration: Configuration) {
        self.options = options
        self.configuration = ConfigurationReport(options: options, configuration: configuration)
        settings = self.configuration.settings
        let level = LogLevel(settings.logLevel)
        let journal = Journal.isStandardError() ? try? Journal() : nil
        log = Logger(label: "vdpad") { label in DaemonLogHandler(label: label, level: level, journal: journal) }
        logLevel = level
        self.journal = journal
    }

    /// Serves until told to stop.
    ///
    /// - Returns: the exit status: 0 after an orderly stop, 1 when the daemon could not start.
    func run() -> Int32 {
        do throws(StartFailure) {
            try onLoop { stores, loop throws(StartFailure) in try await serve(stores, on: loop) }
            return 0
        } catch {
            log.critical("vdpad cannot go on", metadata: ["error": "\(error.message)"])
            return 1
        }
    }

    /// Runs a task on a loop of its own, as the only process that works in the state directory.
    func onLoop(
        _ body: @escaping @Sendable (Stores, EventLoop) async throws(StartFailure) -> Void
    ) throws(StartFailure) {
        try at("block signals") { () throws(Errno) in try SignalSource.blockSignals() }
        let loop = try at("make the event loop") { () throws(Errno) in try EventLoop() }
        let directory = settings.stateDirectory
        let stores = try at("create \(directory)") { () throws(Errno) in
            (
                try RecordStore<RunRecord>(stateDirectory: directory, folder: "devices"),
                try RecordStore<ProvisioningRecord>(stateDirectory: directory, folder: "changes"),
                try RecordStore<OperationRecord>(stateDirectory: directory, folder: "operations")
            )
        }
        let lock = try at("lock \(directory)") { () throws(Errno) in try DirectoryLock(directory) }
        let failure = Lock<StartFailure?>(nil)
        // Its end stops the loop, so it does not outlive this call.
        Task.detached(executorPreference: loop) {
            do throws(StartFailure) {
                try await body(stores, loop)
            } catch {
                failure.withLock { $0 = error }
            }
            loop.stop()
        }
        loop.run()
        Self.finishedLoop.withLock { $0 = loop }
        _ = consume lock
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// The root task: everything that runs does so in its group and ends with it.
    private func serve(_ stores: Stores, on loop: EventLoop) async throws(StartFailure) {
        // Workers are processes of this binary: they are started before anything is open that they could inherit.
        let host = try await makeHost(on: loop)
        let daemon = try await makeDaemon(host, stores, try await auditLog(on: loop), on: loop)
        let signals = try at("receive signals") { () throws(Errno) in try SignalSource(on: loop) }
        let listeners = try listeners(on: loop)
        let server = RPCServer(
            listeners: listeners, limits: settings.limits, serverUID: getuid(), handler: daemon, on: loop)
        daemon.environment.events.tell { [weak server] connection in server?.notify(connection) }
        daemon.closeConnections { [weak server] connection in server?.close(connection) }
        let followUps = daemon.environment.followUps
        let served = Gate<Void>()
        let mark = ServingMark(stateDirectory: settings.stateDirectory)
        let (reloads, reloadWanted) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: loop) {
                await daemon.start()
                // It may have been stopped meanwhile, for good.
                guard !Task.isCancelled else { return }
                log.notice(
                    "vdpad serves",
                    metadata: [
                        "sockets": "\(listeners.map(\.name).joined(separator: ", "))",
                        "host": "\(daemon.identity.host.rawValue)",
                    ])
                attempt("note that the daemon serves", mark.set)
                notify(.ready)
                await server.run()
                served.resolve(())
            }
            group.addTask(executorPreference: loop) {
                let isForGood = await stopSignal(signals) { reloadWanted.yield() } != .handOver
                let ending: Set<LeaseKind> = isForGood ? [.hold, .connection] : [.connection]
                log.notice("vdpad stops")
                if isForGood { attempt("note that the daemon stops", mark.remove) }
                notify(.stopping)
                // What is under way may end by itself; what does not is cut off.
                let deadline = MonotonicInstant.now.advanced(byMilliseconds: 2_000)
                await server.drain(until: deadline)
                await daemon.endWaits()
                await daemon.endLeases(ending, until: deadline)
                _ = await served.wait(until: deadline.advanced(byMilliseconds: 500), on: loop)
                // Of those that were still being stopped, or waited for it, no lease was there before.
                await daemon.endLeases(ending, until: .now.advanced(byMilliseconds: 2_000))
                // The start may have ended meanwhile.
                if isForGood { attempt("note that the daemon stops", mark.remove) }
                await daemon.closeOwned(until: .now.advanced(byMilliseconds: 2_000))
                await daemon.listStopped()
                followUps.finish()
            }
            group.addTask(executorPreference: loop) {
                // Beside the signals: a disk or a directory of users that hangs is not to keep the daemon from its end.
                for await _ in reloads { await reload(daemon, server, on: loop) }
            }
            group.addTask(executorPreference: loop) { await tellAlive(on: loop) }
            group.addTask(executorPreference: loop) { await daemon.writeMetrics(settings.metrics) }
            for await work in followUps.stream {
                group.addTask(executorPreference: loop) { await work() }
            }
            group.cancelAll()
        }
        let isOnRecord = await daemon.audit.finish(until: .now.advanced(byMilliseconds: 1_000))
        // A thread that is in a call of the kernel must not meet the handlers of an ordinary exit.
        if !isOnRecord || reader.isReading || !host.health().stuckCalls.isEmpty { _exit(0) }
        // Nobody waits for a call any more, so that the end of the workers is not taken for a failure of theirs.
        host.stop()
    }

    func makeHost(on loop: EventLoop) async throws(StartFailure) -> any VDPAHost {
        let executable = "/proc/self/exe"
        do throws(HostError) {
            guard settings.simulate else { return KernelHost(on: loop) }
            guard let socket = settings.simulatedHost else {
                return try SimulatedHost.start(executable: executable, on: loop)
            }
            return try await SimulatedHost.connect(to: socket, startingWith: executable, on: loop)
        } catch {
            throw StartFailure(message: error.message)
        }
    }

    private func auditLog(on loop: EventLoop) async throws(StartFailure) -> AuditLog {
        do throws(AuditFile.Failure) {
            return try await AuditLog(file: settings.auditFile, journal: journal, on: loop, log: log)
        } catch {
            throw StartFailure(message: "auditFile: \(error)", errno: error.errno)
        }
    }

    func makeDaemon(
        _ host: any VDPAHost, _ stores: Stores, _ audit: AuditLog, on loop: EventLoop
    ) async throws(StartFailure) -> Daemon {
        let openFiles = try at("raise the limit of open files") { () throws(Errno) in
            try Files.raiseDescriptorLimit()
        }
        warnAbout(DescriptorBudget(connections: settings.limits.connections, openFiles: openFiles))
        let identity = Identity(version: Version.current, host: settings.simulate ? .simulated : .kernel)
        let bootID = try at("read the boot id") { () throws(Errno) in try SystemClock.bootIdentifier() }
        let events = Events(on: loop)
        let savedStates = try at("create \(settings.stateDirectory)/exports") { () throws(Errno) in
            try SavedStates(stateDirectory: settings.stateDirectory)
        }
        let environment = DeviceEnvironment(
            loop: loop, host: host, store: stores.0, changeStore: stores.1, savedStates: savedStates,
            followUps: FollowUps(), bootID: bootID,
            source: .current(),
            operations: Operations(
                instance: identity.instance, bootID: bootID, store: stores.2, events: events, log: log),
            tunables: Tunables(Tunables.Values(settings)), events: events, metrics: Metrics(on: loop), log: log)
        return Daemon(
            environment: environment, identity: identity, configuration: configuration, ownUID: getuid(), audit: audit)
    }

    /// Connections beyond the limit of open files wait in the backlog, so that the daemon can serve all the same.
    private func warnAbout(_ budget: DescriptorBudget) {
        guard budget.isExceeded else { return }
        log.warning(
            "limits.connections is more than the limit of open files has room for: raise LimitNOFILE (ulimit -n)",
            metadata: [
                "connections": "\(budget.connections)", "openFiles": "\(budget.openFiles)",
                "needed": "\(budget.needed)",
            ])
    }

    /// Waits for the signal to stop; at each to reload, has that done.
    private func stopSignal(_ signals: SignalSource, reload: () -> Void) async -> SignalSource.Signal? {
        while let signal = try? await signals.next() {
            guard signal == .hangUp else { return signal }
            reload()
        }
        return nil
    }

    /// What the daemon can do without.
    private func attempt(_ what: String, _ body: () throws(Errno) -> Void) {
        do throws(Errno) {
            try body()
        } catch {
            log.error("vdpad could not \(what)", metadata: ["errno": "\(error.symbol)"])
        }
    }

    func notify(_ state: SystemdNotifier.State) {
        do {
            try SystemdNotifier().notify(state)
        } catch {
            log.warning("the service manager could not be told", metadata: ["errno": "\(error.symbol)"])
        }
    }

    /// Adds to an error what was being done.
    func at<Result: ~Copyable>(
        _ what: String, _ body: () throws(Errno) -> Result
    ) throws(StartFailure) -> Result {
        do throws(Errno) {
            return try body()
        } catch {
            throw StartFailure(message: "cannot \(what): \(error.symbol) (\(error))", errno: error)
        }
    }
}

/// Why the daemon could not start.
struct StartFailure: Error {
    /// What was being done, and what went wrong.
    let message: String
    /// The error of the kernel, if it was one.
    var errno: Errno?
}
