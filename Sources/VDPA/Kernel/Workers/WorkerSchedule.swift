import LinuxIO
import Virtio

/// Which worker does what. It does nothing by itself: what it returns is to be carried out by the pool.
struct WorkerSchedule {
    /// How many workers of a role there may be.
    struct Limits: Sendable, Hashable {
        /// Device workers at work at once; those that were given up are not counted.
        var deviceWorkers = 64
        /// Device workers that stay when there is nothing to do.
        var idleDeviceWorkers = 2
        /// How long the others stay: the calls of a group come in waves, and between its first and its last stop no process
        /// is to be started.
        var idleMilliseconds: UInt64 = 2_000
        /// Jobs of one role that wait.
        var waitingJobs = 1024
        /// After how long a call of a netlink or scan worker, or a close, counts as stuck.
        var stuckAfterMilliseconds: UInt64 = 5_000
        /// Scan workers that may be stuck at once; after that no search is begun.
        var stuckScanWorkers = 2
        /// Workers of one role that only close which may be stuck and be replaced; after that nothing is closed until one
        /// returns.
        var stuckClosers = 8

        func workers(_ role: HostWorker.Role) -> Int { role == .device ? deviceWorkers : 1 }
    }

    private enum Occupation {
        case idle(since: MonotonicInstant)
        case busy(WorkerJob)
        case abandoned(WorkerJob)
    }

    private struct Worker {
        let role: HostWorker.Role
        var occupation: Occupation
        var processID: Int32?

        var job: WorkerJob? {
            switch occupation {
            case .idle: nil
            case .busy(let job), .abandoned(let job): job
            }
        }

        var isIdle: Bool {
            if case .idle = occupation { true } else { false }
        }

        var isAbandoned: Bool {
            if case .abandoned = occupation { true } else { false }
        }
    }

    private let limits: Limits
    private var workers: [UInt64: Worker] = [:]
    private var waiting: [HostWorker.Role: [WorkerJob]] = [:]
    private var lastWorker: UInt64 = 0
    private var readyDevices: Set<DeviceName> = []

    /// No workers yet.
    init(limits: Limits) {
        self.limits = limits
    }

    /// What is to be done with a job.
    enum Placement {
        /// A worker that is there.
        case assign(UInt64, WorkerJob)
        /// One that is to be started.
        case start(UInt64, HostWorker.Role, WorkerJob?)
        case wait
        case refuse(HostError)
    }

    /// Takes a job in.
    mutating func submit(_ job: WorkerJob, now: MonotonicInstant) -> Placement {
        var job = job
        job.since = now
        if let idle = workers.first(where: { $0.value.role == job.role && $0.value.isIdle })?.key {
            workers[idle]?.occupation = .busy(job)
            return .assign(idle, job)
        }
        if let stuck = blocking(job.role, now: now) { return .refuse(Self.blocked(by: stuck, now)) }
        if working(job.role) < limits.workers(job.role) { return start(job.role, job) }
        // What is to be closed must not be closed here; who passes it bounds how much it is.
        guard job.role.isForClosing || waiting[job.role, default: []].count < limits.waitingJobs else {
            return .refuse(HostError(.blocked, "\(limits.waitingJobs) \(job.role.rawValue) calls wait already"))
        }
        waiting[job.role, default: []].append(job)
        return .wait
    }

    /// A worker of the role with nothing to do, started ahead.
    mutating func warmUp(_ role: HostWorker.Role) -> Placement {
        start(role, nil)
    }

    private mutating func start(_ role: HostWorker.Role, _ job: WorkerJob?) -> Placement {
        lastWorker += 1
        workers[lastWorker] = Worker(role: role, occupation: job.map { .busy($0) } ?? .idle(since: .now))
        return .start(lastWorker, role, job)
    }

    /// What a worker does after it has answered.
    enum Next {
        case run(WorkerJob)
        case rest
        /// It has no place any more.
        case retire
    }

    /// A worker has answered.
    ///
    /// - Returns: the job that it answered, and what it does now.
    mutating func answered(_ id: UInt64, now: MonotonicInstant) -> (job: WorkerJob?, next: Next) {
        guard let worker = workers[id] else { return (nil, .retire) }
        let job = worker.job
        workers[id]?.occupation = .idle(since: now)
        // An abandoned worker that comes back was replaced, and takes part again only within the limit.
        let hasPlace = worker.role.isForClosing || working(worker.role) <= limits.workers(worker.role)
        if hasPlace, var next = takeWaiting(worker.role) {
            next.since = now
            workers[id]?.occupation = .busy(next)
            return (job, .run(next))
        }
        return (job, .rest)
    }

    /// Keeps a worker for a device beside those that stay, or no more.
    mutating func keepReady(_ device: DeviceName, _ isReady: Bool) {
        if isReady { readyDevices.insert(device) } else { readyDevices.remove(device) }
    }

    /// How many workers stay when there is nothing to do.
    private func idleWorkers(_ role: HostWorker.Role) -> Int {
        switch role {
        case .device: max(limits.idleDeviceWorkers, readyDevices.count)
        case .netlink, .scan: 1
        case .close, .unread: 0
        }
    }

    /// Has workers end that have had nothing to do for long, beyond those that stay.
    ///
    /// - Returns: who ends, and when to look again; nil when nobody else is to end.
    mutating func trim(now: MonotonicInstant) -> (retired: [UInt64], next: MonotonicInstant?) {
        var retired: [UInt64] = []
        var next: MonotonicInstant?
        for role in HostWorker.Role.allCases {
            let idle = workers.compactMap { id, worker -> (id: UInt64, since: MonotonicInstant)? in
                guard worker.role == role, case .idle(let since) = worker.occupation else { return nil }
                return (id, since)
            }.sorted { ($0.since, $0.id) < ($1.since, $1.id) }
            for (id, since) in idle.dropLast(idleWorkers(role)) {
                let end = since.advanced(byMilliseconds: limits.idleMilliseconds)
                guard end <= now else {
                    next = min(next ?? end, end)
                    break
                }
                workers[id] = nil
                retired.append(id)
            }
        }
        return (retired, next)
    }

    /// A worker has ended.
    ///
    /// - Returns: the job that it did not answer, whether that was given up before, and what is to be done with the next
    ///   one that waits.
    mutating func lost(
        _ id: UInt64, now: MonotonicInstant
    ) -> (job: WorkerJob?, isAbandoned: Bool, next: Placement?) {
        guard let worker = workers.removeValue(forKey: id) else { return (nil, false, nil) }
        return (worker.job, worker.isAbandoned, startWaiting(worker.role, now: now))
    }

    /// A job has not returned for so long that it counts as stuck.
    ///
    /// A search hangs in one process's files, an open or a binding in one device, and a close in what is closed: their workers are replaced,
    /// since others need not hang there. A netlink call hangs in the lock of the whole family, so it stays the only one: whatever else were sent
    /// there would hang as well.
    ///
    /// - Returns: what is to be done with the next job that waits, and those that fail because they would hang too.
    mutating func overdue(
        job id: UInt64, now: MonotonicInstant
    ) -> (next: Placement?, refused: [WorkerJob], HostError)? {
        guard let (key, worker) = workers.first(where: { $0.value.job?.id == id }), let job = worker.job else {
            return nil
        }
        if isReplaced(job) { workers[key]?.occupation = .abandoned(job) }
        guard let stuck = blocking(job.role, now: now) else {
            return (startWaiting(job.role, now: now), [], Self.blocked(by: call(of: worker, job), now))
        }
        return (nil, waiting.removeValue(forKey: job.role) ?? [], Self.blocked(by: stuck, now))
    }

    /// Whether another worker takes the place of one whose job is stuck.
    private func isReplaced(_ job: WorkerJob) -> Bool {
        switch job.role {
        case .netlink: false
        case .scan: true
        case .device: !job.isAttended
        case .close, .unread: workers.values.count { $0.role == job.role && $0.isAbandoned } < limits.stuckClosers
        }
    }

    /// The call because of which no other of the role is begun.
    private func blocking(_ role: HostWorker.Role, now: MonotonicInstant) -> HostHealth.StuckCall? {
        let stuck = stuckCalls(now: now, role)
        switch role {
        case .netlink: return stuck.first
        case .scan: return stuck.count < limits.stuckScanWorkers ? nil : stuck.first
        case .device, .close, .unread: return nil
        }
    }

    /// What is to be done about a job that was given up.
    enum Abandonment {
        /// Its worker is left to itself, and another may take its place.
        case left(Placement?)
        /// No worker has had it, so it fails: given up, it must not be done some time later.
        case refused(WorkerJob, HostError)
    }

    /// A job is given up; nil when it has been answered.
    mutating func abandon(job id: UInt64, now: MonotonicInstant) -> Abandonment? {
        if let (key, worker) = workers.first(where: { $0.value.job?.id == id }), let job = worker.job {
            workers[key]?.occupation = .abandoned(job)
            return .left(startWaiting(worker.role, now: now))
        }
        for (role, jobs) in waiting {
            guard let index = jobs.firstIndex(where: { $0.id == id }), let job = waiting[role]?.remove(at: index) else {
                continue
            }
            return .refused(job, HostError(.blocked, "no host worker was free for \"\(job.operation)\" in time"))
        }
        return nil
    }

    private mutating func startWaiting(_ role: HostWorker.Role, now: MonotonicInstant) -> Placement? {
        guard working(role) < limits.workers(role), var job = takeWaiting(role) else { return nil }
        job.since = now
        return start(role, job)
    }

    private mutating func takeWaiting(_ role: HostWorker.Role) -> WorkerJob? {
        guard waiting[role]?.isEmpty == false else { return nil }
        return waiting[role]?.removeFirst()
    }

    /// Forgets what waits.
    mutating func takeAllWaiting() -> [WorkerJob] {
        defer { waiting = [:] }
        return waiting.values.flatMap { $0 }
    }

    /// A worker's process has started.
    mutating func started(_ id: UInt64, processID: Int32) {
        workers[id]?.processID = processID
    }

    /// How many workers there are.
    var workerCount: Int { workers.count }

    /// The workers' processes.
    var processIDs: Set<Int32> { Set(workers.values.compactMap(\.processID)) }

    /// The process that has a job.
    func processID(ofJob id: UInt64) -> Int32? {
        workers.values.first { $0.job?.id == id }?.processID
    }

    /// The calls that have not returned for long, procedures excepted: who asked for those gives them up.
    func stuckCalls(now: MonotonicInstant) -> [HostHealth.StuckCall] {
        HostWorker.Role.allCases.flatMap { stuckCalls(now: now, $0) }
    }

    private func stuckCalls(now: MonotonicInstant, _ role: HostWorker.Role) -> [HostHealth.StuckCall] {
        workers.values.compactMap { worker in
            guard worker.role == role, let job = worker.job, !job.isAttended,
                job.since.advanced(byMilliseconds: limits.stuckAfterMilliseconds) <= now
            else { return nil }
            return call(of: worker, job)
        }.sorted { $0.since < $1.since }
    }

    private func call(of worker: Worker, _ job: WorkerJob) -> HostHealth.StuckCall {
        HostHealth.StuckCall(device: job.device, operation: job.operation, since: job.since, worker: worker.processID)
    }

    private static func blocked(by stuck: HostHealth.StuckCall, _ now: MonotonicInstant) -> HostError {
        let seconds = now.nanoseconds(since: stuck.since) / 1_000_000_000
        return HostError(
            .blocked, "the call \"\(stuck.operation)\" has not returned for \(seconds) s", call: stuck.operation)
    }

    private func working(_ role: HostWorker.Role) -> Int {
        workers.values.count { $0.role == role && !$0.isAbandoned }
    }
}
