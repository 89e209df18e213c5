/// A descriptor in a loop: its number and the generation that tells it from an earlier one of the same number.
struct Registration: Sendable, Hashable {
    let descriptor: CInt
    let generation: UInt32

    init(descriptor: CInt, generation: UInt32) {
        self.descriptor = descriptor
        self.generation = generation
    }

    init(_ packed: UInt64) {
        descriptor = CInt(bitPattern: UInt32(truncatingIfNeeded: packed))
        generation = UInt32(truncatingIfNeeded: packed >> 32)
    }

    var packed: UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }
}

/// One wait of one task. A cancellation that comes late ends no other wait.
struct WaitTicket: Sendable {
    let registration: Registration
    let number: UInt64
}

/// Who waits for a descriptor, and what has been seen on it. Generation 0 is no descriptor.
struct Interest {
    enum Direction: Sendable {
        case read, write
    }

    enum Outcome: Sendable {
        case ready, cancelled, closed
    }

    @safe struct Side {
        private var waiter: UnsafeContinuation<Outcome, Never>?
        private var ticket: UInt64 = 0
        private var hasEdge = false
        /// Called at an edge while somebody waits; true when it has dealt with it, so that the wait goes on.
        private(set) var handler: (@Sendable () -> Bool)?
        /// The peer hung up: no edge will come again, and calls no longer block.
        var isOver = false

        mutating func takeEdge() -> Bool {
            defer { hasEdge = false }
            return hasEdge || isOver
        }

        mutating func wait(
            _ continuation: UnsafeContinuation<Outcome, Never>, _ number: UInt64, _ handler: (@Sendable () -> Bool)?
        ) {
            precondition(unsafe waiter == nil, "two tasks wait for the same side of a descriptor")
            unsafe waiter = unsafe continuation
            ticket = number
            self.handler = handler
        }

        mutating func signal() {
            if unsafe waiter == nil { hasEdge = true } else { end(.ready) }
        }

        mutating func cancel(_ number: UInt64) {
            if ticket == number { end(.cancelled) }
        }

        mutating func end(_ outcome: Outcome) {
            guard let continuation = unsafe waiter else { return }
            unsafe waiter = nil
            handler = nil
            unsafe continuation.resume(returning: outcome)
        }
    }

    var generation: UInt32 = 0
    /// Told, and acted on, before whatever else is ready at the same time.
    var isNews = false
    var read = Side()
    var write = Side()
    /// Whether the kernel tells that there is room to write.
    var watchesRoom = false
    /// Called instead of waking a reader.
    var observer: (@Sendable () -> Void)?

    mutating func takeEdge(_ direction: Direction) -> Bool {
        switch direction {
        case .read: read.takeEdge()
        case .write: write.takeEdge()
        }
    }

    mutating func wait(
        _ direction: Direction, _ continuation: UnsafeContinuation<Outcome, Never>, _ number: UInt64,
        _ handler: (@Sendable () -> Bool)?
    ) {
        switch direction {
        case .read: unsafe read.wait(continuation, number, handler)
        case .write: unsafe write.wait(continuation, number, handler)
        }
    }
}
