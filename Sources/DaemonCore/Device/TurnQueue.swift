import LinuxIO

/// The order in which operations use one device: first come, first served, whoever asks.
///
/// An actor alone does not keep this order, since it is re-entrant at every `await`. A turn is taken synchronously when a
/// request arrives, so that the order is that of reception; its holder then waits until the turns before it are over.
struct TurnQueue {
    private var turns: [Turn] = []

    /// True when nobody uses the device.
    var isEmpty: Bool { turns.isEmpty }

    /// The operation whose turn it is.
    var operation: String? { turns.first?.origin?.operation }

    /// Takes the next place.
    mutating func take(for origin: CallOrigin? = nil) -> Turn {
        let turn = Turn(origin)
        turns.append(turn)
        if turns.count == 1 { turn.begin() }
        return turn
    }

    /// Takes the place right behind a turn that has begun, before all that wait already.
    mutating func take(behind turn: Turn) -> Turn {
        guard let index = turns.firstIndex(where: { $0 === turn }) else { return take(for: turn.origin) }
        let next = Turn(turn.origin)
        turns.insert(next, at: index + 1)
        return next
    }

    /// Ends a turn, whether it had begun or was given up while it waited.
    mutating func end(_ turn: Turn) {
        guard let index = turns.firstIndex(where: { $0 === turn }) else { return }
        turns.remove(at: index)
        if index == 0 { turns.first?.begin() }
    }
}

/// A place in the order in which operations use a device.
final class Turn: Sendable {
    /// What it is taken for; nil for a look.
    let origin: CallOrigin?

    private let gate = Gate<Void>()

    fileprivate init(_ origin: CallOrigin?) {
        self.origin = origin
    }

    /// Lets the holder of the turn go on.
    fileprivate func begin() {
        gate.resolve(())
    }

    /// Waits until the turn begins.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - loop: the loop that the caller runs on.
    /// - Returns: false when the deadline came first. The turn must be ended all the same.
    func wait(until deadline: MonotonicInstant, on loop: EventLoop) async -> Bool {
        await gate.wait(until: deadline, on: loop) != nil
    }
}
