import CLinux
import Glibc
import Synchronization

/// Runs an actor's jobs, or plain bodies, one after another on a thread of its own, for calls that may block.
///
/// The thread starts with the first job and leaves after some idle seconds. Nobody joins it: one that never returns from
/// the kernel keeps this object and itself, nothing else. `@unchecked Sendable`: the queue is behind its mutex.
@safe public final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let hasWork: UnsafeMutablePointer<pthread_cond_t>
    private let idleNanoseconds: UInt64
    private let thread = Atomic<UInt>(0)
    private var work: [Work] = []
    private var hasThread = false

    /// An executor without a thread yet, whose thread leaves after `idleSeconds` without work.
    public init(idleSeconds: UInt64 = 5) {
        idleNanoseconds = idleSeconds * 1_000_000_000
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe hasWork = .allocate(capacity: 1)
        unsafe hasWork.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(hasWork, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(hasWork)
        unsafe hasWork.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Takes a job from any thread. When no thread can be started (EAGAIN) the job waits for the next attempt, which the
    /// next job makes; callers bound their wait by a deadline.
    public func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    /// Runs a body that no task waits for, in its turn; otherwise as `enqueue`.
    public func run(_ body: @escaping @Sendable () -> Void) {
        add(.body(body))
    }

    private func add(_ item: Work) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        work.append(item)
        if hasThread {
            unsafe pthread_cond_signal(hasWork)
            return
        }
        do {
            try DetachedThread.start { [self] in runWork() }
            hasThread = true
        } catch {
            hasThread = false
        }
    }

    /// This executor for an actor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Traps outside this executor's thread.
    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the executor's thread")
    }

    /// Whether the caller runs on this executor's thread.
    public func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Whether a thread is borrowed now.
    package var holdsThread: Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return hasThread
    }

    private func runWork() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        var taken: [Work] = []
        while takeWork(&taken) {
            for item in taken {
                switch item {
                case .job(let job): unsafe job.runSynchronously(on: asUnownedSerialExecutor())
                case .body(let body): body()
                }
            }
            taken.removeAll(keepingCapacity: true)
        }
    }

    /// Waits for work; false when none came in time and the thread shall leave.
    private func takeWork(_ taken: inout [Work]) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        let deadline = MonotonicInstant.now.advanced(byNanoseconds: idleNanoseconds).nanoseconds
        while work.isEmpty {
            guard unsafe clinux_wait_condition(hasWork, mutex, deadline) == 0 else { break }
        }
        if work.isEmpty {
            // Under the mutex: the next job starts the next thread.
            thread.store(0, ordering: .relaxed)
            hasThread = false
            return false
        }
        swap(&work, &taken)
        return true
    }
}
