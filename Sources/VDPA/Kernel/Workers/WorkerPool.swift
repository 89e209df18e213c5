import LinuxIO
import Virtio

/// The daemon's host workers: processes, started ahead and on demand.
///
/// From any thread; the processes and their sockets live on the loop's.
final class WorkerPool: Sendable {
    /// Something that the pool's owner runs as a task on the loop.
    typealias Operation = @Sendable () async -> Void

    private struct State {
        var schedule: WorkerSchedule
        var inboxes: [UInt64: AsyncStream<WorkerJob>.Continuation] = [:]
        var lastJob: UInt64 = 0
        var isStopped = false
        /// True while a look is due at which workers may end.
        var isTrimming = false
    }

    let loop: EventLoop
    private let command: WorkerCommand
    private let limits: WorkerSchedule.Limits
    private let spawn: @Sendable (@escaping Operation) -> Void
    private let state: Lock<State>

    /// A pool without workers.
    ///
    /// - Parameters:
    ///   - loop: where the sockets are.
    ///   - command: how a worker is started.
    ///   - limits: how many there may be.
    ///   - spawn: runs an operation as a task on the loop.
    init(
        loop: EventLoop, command: WorkerCommand, limits: WorkerSchedule.Limits,
        spawn: @escaping @Sendable (@escaping Operation) -> Void
    ) {
        self.loop = loop
        self.command = command
        self.spawn = spawn
        self.limits = limits
        state = Lock(State(schedule: WorkerSchedule(limits: limits)))
    }

    /// Starts a worker ahead of need.
    func warmUp(_ role: HostWorker.Role) {
        state.withLock { state in
            let placement = state.schedule.warmUp(role)
            _ = carryOut(placement, &state)
        }
    }

    /// Keeps a worker for a device, or no more.
    func keepReady(_ device: DeviceName, _ isReady: Bool) {
        state.withLock { state in
            state.schedule.keepReady(device, isReady)
            if !isReady { trim(&state) }
        }
    }

    /// A number for the next job.
    func makeJobNumber() -> UInt64 {
        state.withLock { state in
            state.lastJob += 1
            return state.lastJob
        }
    }

    /// Has a request carried out under a number of `makeJobNumber`; `finish` is called once, from any thread.
    func submit(
        _ request: HostRequest, to role: HostWorker.Role, passing descriptor: DescriptorHandoff? = nil, as id: UInt64,
        finish: @escaping @Sendable (Result<WorkerAnswer, HostError>) -> Void
    ) {
        let job = WorkerJob(
            id: id, role: role, request: request, descriptor: descriptor, since: .now, finish: finish)
        let refusal: HostError? = state.withLock { state in
            guard !state.isStopped else { return Self.stopped }
            return carryOut(state.schedule.submit(job, now: .now), &state)
        }
        if let refusal { finish(.failure(refusal)) }
    }

    /// Gives a job up: its worker is replaced where another job waits for one. Its answer is still taken.
    func abandon(job: UInt64) {
        let refused: (WorkerJob, HostError)? = state.withLock { state in
            guard !state.isStopped else { return nil }
            switch state.schedule.abandon(job: job, now: .now) {
            case .refused(let job, let error): return (job, error)
            case .left(let placement?): _ = carryOut(placement, &state)
            case .left(nil), nil: break
            }
            return nil
        }
        if let (job, error) = refused { job.finish(.failure(error)) }
    }

    /// Lets all workers end. Jobs that have no answer fail once their tasks are cancelled.
    func stop() {
        let waiting = state.withLock { state in
            state.isStopped = true
            for inbox in state.inboxes.values { inbox.finish() }
            state.inboxes = [:]
            return state.schedule.takeAllWaiting()
        }
        for job in waiting { job.finish(.failure(Self.stopped)) }
    }

    /// How many processes there are.
    var workerCount: Int { state.withLock { $0.schedule.workerCount } }

    /// The worker processes.
    var processIDs: Set<Int32> { state.withLock { $0.schedule.processIDs } }

    /// The process that has a job.
    func processID(ofJob job: UInt64) -> Int32? { state.withLock { $0.schedule.processID(ofJob: job) } }

    /// The calls that have not returned for long, procedures excepted.
    var stuckCalls: [HostHealth.StuckCall] { state.withLock { $0.schedule.stuckCalls(now: .now) } }

    private static let stopped = HostError(.workerLost, "the host workers are being stopped")

    private func carryOut(_ placement: WorkerSchedule.Placement, _ state: inout State) -> HostError? {
        switch placement {
        case .assign(let worker, let job):
            state.inboxes[worker]?.yield(job)
        case .start(let worker, let role, let job):
            let (jobs, inbox) = AsyncStream<WorkerJob>.makeStream()
            state.inboxes[worker] = inbox
            if let job { inbox.yield(job) }
            spawn { [self] in await serve(worker, role, jobs) }
        case .wait:
            break
        case .refuse(let error):
            return error
        }
        return nil
    }

    // MARK: A worker's task

    private func serve(_ worker: UInt64, _ role: HostWorker.Role, _ jobs: AsyncStream<WorkerJob>) async {
        let connection: WorkerConnection
        do throws(HostError) {
            connection = try WorkerConnection(starting: command, role: role, on: loop)
        } catch {
            lose(worker, WorkerLoss(error: error, mayHaveBegun: false))
            return
        }
        state.withLock { $0.schedule.started(worker, processID: connection.processID) }
        await withDiscardingTaskGroup { group in
            group.addTask {
                await connection.waitForEnd()
                // Not the socket: what it says of the end is still to be read.
                self.endInbox(worker)
            }
            let loss = await work(worker, connection, jobs)
            connection.close()
            group.cancelAll()
            lose(worker, loss)
        }
    }

    /// Works jobs off until the worker retires or is lost; why it is of no use any more.
    private func work(
        _ worker: UInt64, _ connection: WorkerConnection, _ jobs: AsyncStream<WorkerJob>
    ) async -> WorkerLoss {
        for await job in jobs {
            let limit = MonotonicInstant.now.advanced(byMilliseconds: limits.stuckAfterMilliseconds)
            let timer = loop.schedule(at: limit) { [self] in overdue(job.id) }
            defer { loop.cancel(timer) }
            do throws(WorkerLoss) {
                answered(worker, try await connection.exchange(job))
            } catch {
                return error
            }
        }
        return WorkerLoss(
            error: HostError(.workerLost, "the host worker (process \(connection.processID)) has ended"),
            mayHaveBegun: false)
    }

    private func overdue(_ job: UInt64) {
        let refused: ([WorkerJob], HostError)? = state.withLock { state in
            guard !state.isStopped, let (next, refused, error) = state.schedule.overdue(job: job, now: .now) else {
                return nil
            }
            if let next { _ = carryOut(next, &state) }
            return (refused, error)
        }
        guard let (jobs, error) = refused else { return }
        for job in jobs { job.finish(.failure(error)) }
    }

    private func answered(_ worker: UInt64, _ answer: WorkerAnswer) {
        let job = state.withLock { state in
            let (job, next) = state.schedule.answered(worker, now: .now)
            switch next {
            case .run(let next): state.inboxes[worker]?.yield(next)
            case .rest: trim(&state)
            case .retire: state.inboxes.removeValue(forKey: worker)?.finish()
            }
            return job
        }
        job?.finish(.success(answer))
    }

    /// Lets workers end that have had nothing to do for long. On the loop.
    private func trim(_ state: inout State) {
        guard !state.isTrimming else { return }
        let (retired, next) = state.schedule.trim(now: .now)
        for worker in retired { state.inboxes.removeValue(forKey: worker)?.finish() }
        guard let next, !state.isStopped else { return }
        state.isTrimming = true
        _ = loop.schedule(at: next) { [weak self] in
            self?.state.withLock { state in
                state.isTrimming = false
                self?.trim(&state)
            }
        }
    }

    private func endInbox(_ worker: UInt64) {
        state.withLock { $0.inboxes[worker]?.finish() }
    }

    /// The worker's job is given to another, once, where that does nothing twice.
    private func lose(_ worker: UInt64, _ loss: WorkerLoss) {
        let job: WorkerJob? = state.withLock { state in
            state.inboxes.removeValue(forKey: worker)?.finish()
            let (job, isAbandoned, next) = state.schedule.lost(worker, now: .now)
            guard !state.isStopped else { return job }
            if let next { _ = carryOut(next, &state) }
            guard var job, !isAbandoned, !job.isRepeated, !loss.mayHaveBegun || job.request.isReadOnly else {
                return job
            }
            job.isRepeated = true
            return carryOut(state.schedule.submit(job, now: .now), &state) == nil ? nil : job
        }
        job?.finish(.failure(loss.error))
    }
}
