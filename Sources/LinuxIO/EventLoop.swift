import CLinux
import Glibc
import Synchronization
public import SystemPackage

/// One epoll loop that runs tasks and actors: a task executor and a serial executor on one thread.
///
/// Give it to the root task (`Task.detached(executorPreference: loop)`) and to actors (`unownedExecutor`), then call
/// `run()` on the thread that shall be the loop. Readiness is edge-triggered; an edge that arrives while nobody waits is
/// kept. `@unchecked Sendable`: what is not behind the lock is touched on the loop's thread only, which is checked.
@safe public final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// How many jobs run between two looks at the descriptors.
    private static let jobsPerTurn = 128
    private static let eventsPerTurn = 128
    private static let readEvents = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    static let receiveBufferSize = 65_536

    /// What other threads ask of the loop.
    fileprivate enum Order {
        case endWait(WaitTicket)
        case endSleep(TimerToken)
        case close(Registration)
    }

    fileprivate struct Shared {
        var jobs: [UnownedJob] = []
        var orders: [Order] = []
        var isSleeping = false
        var stops = false
    }

    @safe private enum TimerAction {
        case reserved
        case resume(UnsafeContinuation<Bool, Never>)
        case call(@Sendable () -> Void)
    }

    @safe private struct Yielded {
        let continuation: UnsafeContinuation<Void, Never>
    }

    private let shared = Lock(Shared())
    private let epoll: OwnedDescriptor
    private let alarm: OwnedDescriptor
    private let thread = Atomic<UInt>(0)

    // On the loop's thread only.
    private var jobs: [UnownedJob] = []
    private var nextJob = 0
    private var orders: [Order] = []
    private var yielded: [Yielded] = []
    private var afterEvents: [@Sendable () -> Void] = []
    private var interests: [Interest] = []
    private var generation: UInt32 = 0
    private var waits: UInt64 = 0
    private var timers = TimerHeap<TimerAction>()
    private let events: UnsafeMutablePointer<epoll_event>
    private let receiveBuffer: UnsafeMutableRawBufferPointer

    /// A loop that does not run yet.
    ///
    /// - Throws: `Errno` of epoll_create1(2) or eventfd(2).
    public init() throws(Errno) {
        epoll = OwnedDescriptor(try kernelCall("epoll_create1") { clinux_epoll_create() })
        alarm = OwnedDescriptor(try kernelCall("eventfd") { clinux_eventfd() })
        unsafe events = .allocate(capacity: Self.eventsPerTurn)
        unsafe receiveBuffer = .allocate(byteCount: Self.receiveBufferSize, alignment: 64)
        try kernelCall("epoll_ctl") {
            clinux_epoll_add(epoll.rawValue, alarm.rawValue, EPOLLIN.rawValue, UInt64(UInt32(alarm.rawValue)))
        }
    }

    deinit {
        for order in shared.withLock({ $0.orders }) {
            if case .close(let registration) = order { _ = clinux_close(registration.descriptor) }
        }
        unsafe events.deallocate()
        unsafe receiveBuffer.deallocate()
    }

    // MARK: Executor

    /// Takes a job from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnThread {
            jobs.append(job)
            return
        }
        wake(
            shared.withLock { shared in
                shared.jobs.append(job)
                return shared.endSleep()
            })
    }

    /// The loop as the executor of an actor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Traps outside the loop's thread.
    public func checkIsolated() {
        precondition(isOnThread, "not on the event loop's thread")
    }

    /// Whether the caller runs on the loop's thread.
    public func isIsolatingCurrentContext() -> Bool? { isOnThread }

    private var isOnThread: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    // MARK: Running

    /// Runs the loop on the calling thread until `stop()`. Jobs that are left after that turn do not run.
    public func run() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        defer { thread.store(0, ordering: .relaxed) }
        while true {
            let stops = takeShared()
            if stops { return }
            runJobs()
            waitForEvents()
            fireTimers()
        }
    }

    /// Makes `run()` return after the present turn. From any thread.
    public func stop() {
        wake(
            shared.withLock { shared in
                shared.stops = true
                return shared.endSleep()
            })
    }

    private func wake(_ isNeeded: Bool) {
        // EAGAIN would mean a full counter, so the loop is woken anyway.
        if isNeeded { _ = clinux_eventfd_signal(alarm.rawValue) }
    }

    private func takeShared() -> Bool {
        let stops = shared.withLock { shared in
            if !shared.jobs.isEmpty {
                if jobs.isEmpty {
                    swap(&jobs, &shared.jobs)
                } else {
                    jobs.append(contentsOf: shared.jobs)
                    shared.jobs.removeAll(keepingCapacity: true)
                }
            }
            if !shared.orders.isEmpty { swap(&orders, &shared.orders) }
            return shared.stops
        }
        for order in orders { carryOut(order) }
        orders.removeAll(keepingCapacity: true)
        return stops
    }

    private func carryOut(_ order: Order) {
        switch order {
        case .endWait(let ticket): endWait(ticket)
        case .endSleep(let token):
            if case .resume(let continuation)? = timers.remove(token) {
                unsafe continuation.resume(returning: false)
            }
        case .close(let registration): close(registration)
        }
    }

    /// Lets what is ready now run first, descriptors and timers included.
    public func yield() async {
        checkIsolated()
        await unsafe withUnsafeContinuation { continuation in
            yielded.append(unsafe Yielded(continuation: continuation))
        }
    }

    private func runJobs() {
        var budget = Self.jobsPerTurn
        while budget > 0, nextJob < jobs.count {
            let job = jobs[nextJob]
            nextJob += 1
            budget -= 1
            unsafe job.runSynchronously(
                isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
        if nextJob == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            nextJob = 0
        } else if nextJob > jobs.count / 2 {
            jobs.removeFirst(nextJob)
            nextJob = 0
        }
    }

    private func waitForEvents() {
        var timeout: Int64 = 0
        if jobs.isEmpty, yielded.isEmpty, afterEvents.isEmpty {
            let sleeps = shared.withLock { shared in
                shared.isSleeping = shared.jobs.isEmpty && shared.orders.isEmpty && !shared.stops
                return shared.isSleeping
            }
            if sleeps { timeout = (timers.earliest ?? .distantFuture).timeoutFromNow }
        }
        let count = unsafe clinux_epoll_wait(epoll.rawValue, events, CInt(Self.eventsPerTurn), timeout)
        if timeout != 0 { shared.withLock { $0.isSleeping = false } }
        // The only error that can happen is EINTR: the next turn waits again.
        let ready = 0..<max(0, Int(count))
        if tellNews(ready) { runJobs() }
        for index in ready {
            let event = unsafe events[index]
            let registration = Registration(unsafe event.data.u64)
            if !isNews(registration) { dispatch(registration, unsafe event.events) }
        }
        var next = 0
        while next < afterEvents.count {
            afterEvents[next]()
            next += 1
        }
        afterEvents.removeAll(keepingCapacity: true)
        // They run in the next turn, so that none is resumed twice in one.
        for waiter in yielded { unsafe waiter.continuation.resume() }
        yielded.removeAll(keepingCapacity: true)
    }

    /// Tells what comes before the rest.
    ///
    /// - Returns: true when there was something.
    private func tellNews(_ ready: Range<Int>) -> Bool {
        var isTold = false
        for index in ready {
            let event = unsafe events[index]
            let registration = Registration(unsafe event.data.u64)
            guard isNews(registration) else { continue }
            dispatch(registration, unsafe event.events)
            isTold = true
        }
        return isTold
    }

    private func isNews(_ registration: Registration) -> Bool {
        isCurrent(registration) && interests[Int(registration.descriptor)].isNews
    }

    /// Calls `body` once everything that is ready now has been told. Only on the loop's thread.
    public func afterEvents(_ body: @escaping @Sendable () -> Void) {
        checkIsolated()
        afterEvents.append(body)
    }

    private func dispatch(_ registration: Registration, _ events: UInt32) {
        if registration.descriptor == alarm.rawValue {
            _ = clinux_eventfd_drain(alarm.rawValue)
            return
        }
        guard isCurrent(registration) else { return }
        let index = Int(registration.descriptor)
        if let observer = interests[index].observer {
            observer()
            return
        }
        let failed = events & EPOLLERR.rawValue != 0
        let hungUp = events & EPOLLHUP.rawValue != 0
        if hungUp || events & EPOLLRDHUP.rawValue != 0 { interests[index].read.isOver = true }
        if hungUp { interests[index].write.isOver = true }
        if failed || events & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue) != 0 {
            // After a hang-up no edge comes any more, so that whoever waits has to read on.
            let isHandled = !interests[index].read.isOver && interests[index].read.handler?() == true
            guard isCurrent(registration) else { return }
            if !isHandled { interests[index].read.signal() }
        }
        if failed || events & (EPOLLOUT.rawValue | EPOLLHUP.rawValue) != 0 { interests[index].write.signal() }
    }

    // MARK: Descriptors

    /// Takes over an open non-blocking descriptor. On failure it stays the caller's.
    func register(_ descriptor: CInt, isNews: Bool) throws(Errno) -> Registration {
        generation = generation == .max ? 1 : generation + 1
        let registration = Registration(descriptor: descriptor, generation: generation)
        try kernelCall("epoll_ctl") {
            clinux_epoll_add(epoll.rawValue, descriptor, Self.readEvents, registration.packed)
        }
        while interests.count <= Int(descriptor) { interests.append(Interest()) }
        interests[Int(descriptor)] = Interest(generation: generation, isNews: isNews)
        return registration
    }

    /// Room to write is watched from the first wait for it on: until then every reply that a client reads would wake the loop.
    private func watchRoom(_ registration: Registration) throws(Errno) {
        let index = Int(registration.descriptor)
        guard !interests[index].watchesRoom else { return }
        try kernelCall("epoll_ctl") {
            clinux_epoll_modify(
                epoll.rawValue, registration.descriptor, Self.readEvents | EPOLLOUT.rawValue, registration.packed)
        }
        interests[index].watchesRoom = true
    }

    func isCurrent(_ registration: Registration) -> Bool {
        Int(registration.descriptor) < interests.count
            && interests[Int(registration.descriptor)].generation == registration.generation
    }

    /// Calls `body` at each edge; the edge that came before, if any, is told in the next turn.
    func observe(_ registration: Registration, _ body: @escaping @Sendable () -> Void) {
        checkIsolated()
        guard isCurrent(registration) else { return }
        let hadEdge = interests[Int(registration.descriptor)].read.takeEdge()
        interests[Int(registration.descriptor)].observer = body
        if hadEdge { _ = schedule(at: .now, body) }
    }

    /// Ends waits with EBADF and closes the descriptor. Nothing happens when it is closed already.
    func close(_ registration: Registration) {
        guard let descriptor = release(registration) else { return }
        _ = clinux_close(descriptor)
    }

    /// Ends waits with EBADF and hands the descriptor to the caller; nil when it is closed already.
    func release(_ registration: Registration) -> CInt? {
        checkIsolated()
        guard isCurrent(registration) else { return nil }
        var interest = Interest()
        swap(&interest, &interests[Int(registration.descriptor)])
        // Explicitly: another process may hold the same open file, and epoll would go on reporting it.
        _ = clinux_epoll_remove(epoll.rawValue, registration.descriptor)
        interest.read.end(.closed)
        interest.write.end(.closed)
        return registration.descriptor
    }

    /// `close` from any thread.
    func closeLater(_ registration: Registration) {
        give(.close(registration))
    }

    private func give(_ order: Order) {
        wake(
            shared.withLock { shared in
                shared.orders.append(order)
                return shared.endSleep()
            })
    }

    /// Returns at the next edge that `handler` does not deal with, or at once when one came since the last wait.
    func wait(
        _ registration: Registration, _ direction: Interest.Direction, handler: (@Sendable () -> Bool)? = nil
    ) async throws(Errno) {
        checkIsolated()
        guard isCurrent(registration) else { throw .badFileDescriptor }
        let index = Int(registration.descriptor)
        if direction == .write { try watchRoom(registration) }
        if interests[index].takeEdge(direction) { return }
        waits += 1
        let ticket = WaitTicket(registration: registration, number: waits)
        let outcome = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                unsafe begin(ticket, direction, continuation, handler)
            }
        } onCancel: {
            // An order even on the loop's own thread: the continuation may not be in place yet.
            give(.endWait(ticket))
        }
        switch outcome {
        case .ready: return
        case .cancelled: throw .canceled
        case .closed: throw .badFileDescriptor
        }
    }

    /// Looks at everything again: the runtime may run other jobs between the call of `wait` and this.
    private func begin(
        _ ticket: WaitTicket, _ direction: Interest.Direction,
        _ continuation: UnsafeContinuation<Interest.Outcome, Never>, _ handler: (@Sendable () -> Bool)?
    ) {
        let index = Int(ticket.registration.descriptor)
        if !isCurrent(ticket.registration) {
            unsafe continuation.resume(returning: .closed)
        } else if Task.isCancelled {
            unsafe continuation.resume(returning: .cancelled)
        } else if interests[index].takeEdge(direction) {
            unsafe continuation.resume(returning: .ready)
        } else {
            unsafe interests[index].wait(direction, continuation, ticket.number, handler)
        }
    }

    /// Wakes who waits to read, as an edge would that nobody deals with.
    func wakeReader(_ registration: Registration) {
        checkIsolated()
        guard isCurrent(registration) else { return }
        interests[Int(registration.descriptor)].read.signal()
    }

    private func endWait(_ ticket: WaitTicket) {
        guard isCurrent(ticket.registration) else { return }
        let index = Int(ticket.registration.descriptor)
        interests[index].read.cancel(ticket.number)
        interests[index].write.cancel(ticket.number)
    }

    /// Lends the loop's receive buffer until `body` returns. Never nested.
    func withReceiveBuffer<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        checkIsolated()
        return try unsafe body(receiveBuffer)
    }

    // MARK: Timers

    /// Returns at `deadline`.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled before.
    public func sleep(until deadline: MonotonicInstant) async throws(Errno) {
        checkIsolated()
        let token = timers.add(deadline, .reserved)
        let isDue = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                // The runtime may run other jobs between the call and this, so the timer may be over.
                if unsafe Task.isCancelled || !timers.replacePayload(of: token, with: .resume(continuation)) {
                    _ = timers.remove(token)
                    unsafe continuation.resume(returning: !Task.isCancelled)
                }
            }
        } onCancel: {
            give(.endSleep(token))
        }
        guard isDue else { throw .canceled }
    }

    /// Calls `body` once on the loop's thread at `deadline`, outside any task. Only on the loop's thread.
    public func schedule(at deadline: MonotonicInstant, _ body: @escaping @Sendable () -> Void) -> TimerToken {
        checkIsolated()
        return timers.add(deadline, .call(body))
    }

    /// Forgets a scheduled call; nothing happens when it was made already. Only on the loop's thread.
    public func cancel(_ token: TimerToken) {
        checkIsolated()
        _ = timers.remove(token)
    }

    private func fireTimers() {
        guard timers.earliest != nil else { return }
        let now = MonotonicInstant.now
        while let action = timers.removeDue(at: now) {
            switch action {
            case .reserved: break
            case .resume(let continuation): unsafe continuation.resume(returning: true)
            case .call(let body): body()
            }
        }
    }
}

extension EventLoop.Shared {
    /// Whether the loop sleeps and must be woken; the first to ask wakes it.
    fileprivate mutating func endSleep() -> Bool {
        defer { isSleeping = false }
        return isSleeping
    }
}
