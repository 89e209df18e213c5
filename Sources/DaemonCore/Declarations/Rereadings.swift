import LinuxIO

/// When to look again for a management device after something has hinted at it, since its coming is announced by nothing
/// and may take a module's or a driver's start.
struct Rereadings: Sendable, Hashable {
    /// Milliseconds from the hint to the first look, and from each look to the next.
    private static let delays: [UInt64] = [50, 250, 1_000, 4_000]

    private var next = 0
    /// When to look; nil when there is no reason any more.
    private(set) var due: MonotonicInstant?

    /// Something has hinted at it. A look that is due sooner stays, so that a flood of hints cannot put it off.
    mutating func noteHint(at now: MonotonicInstant) {
        next = 1
        let soon = now.advanced(byMilliseconds: Self.delays[0])
        due = due.map { min($0, soon) } ?? soon
    }

    /// The look that was due is made.
    mutating func noteLook(at now: MonotonicInstant) {
        guard next < Self.delays.count else {
            due = nil
            return
        }
        due = now.advanced(byMilliseconds: Self.delays[next])
        next += 1
    }

    /// There is nothing to look for any more.
    mutating func stop() {
        due = nil
    }
}
