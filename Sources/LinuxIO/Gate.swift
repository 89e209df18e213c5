/// A value that is set once and may be waited for, again and again, each time up to a deadline.
///
/// Inlinable, as `Lock`: every call of the host has one.
public final class Gate<Value: Sendable>: Sendable {
    @safe @usableFromInline struct Waiter: Sendable {
        @usableFromInline let number: UInt64
        @usableFromInline let continuation: UnsafeContinuation<Value?, Never>

        @inlinable
        init(number: UInt64, continuation: UnsafeContinuation<Value?, Never>) {
            self.number = number
            unsafe self.continuation = continuation
        }
    }

    @usableFromInline struct State: Sendable {
        @usableFromInline var value: Value?
        @usableFromInline var waiters: [Waiter] = []
        @usableFromInline var lastNumber: UInt64 = 0

        @inlinable
        init() {}
    }

    @usableFromInline let state: Lock<State>

    /// A gate without a value.
    @inlinable
    public init() {
        state = Lock(State())
    }

    /// The value, when there is one.
    @inlinable
    public var value: Value? {
        state.withLock { $0.value }
    }

    /// Sets the value and wakes who waits; false, and nothing happens, when it was set before. From any thread.
    @inlinable
    @discardableResult
    public func resolve(_ value: Value) -> Bool {
        let waiters: [Waiter]? = state.withLock { state in
            guard state.value == nil else { return nil }
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        guard let waiters else { return false }
        for waiter in waiters { unsafe waiter.continuation.resume(returning: value) }
        return true
    }

    /// The value; nil when `deadline` passes or the task is cancelled first. Only on the loop's thread.
    @inlinable
    public func wait(until deadline: MonotonicInstant, on loop: EventLoop) async -> Value? {
        if let value { return value }
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let timer = loop.schedule(at: deadline) { [self] in end(number) }
        defer { loop.cancel(timer) }
        return await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                add(unsafe Waiter(number: number, continuation: continuation), until: deadline)
            }
        } onCancel: {
            end(number)
        }
    }

    @inlinable
    func add(_ waiter: Waiter, until deadline: MonotonicInstant) {
        let (isDone, value): (Bool, Value?) = state.withLock { state in
            // Asked under the lock: a cancellation after this finds the waiter in its place.
            // The deadline too: the runtime may run other jobs before this, so the timer may have fired for nobody.
            if state.value != nil || Task.isCancelled || deadline <= .now { return (true, state.value) }
            state.waiters.append(waiter)
            return (false, nil)
        }
        if isDone { unsafe waiter.continuation.resume(returning: value) }
    }

    @inlinable
    func end(_ number: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        if let waiter { unsafe waiter.continuation.resume(returning: nil) }
    }
}
