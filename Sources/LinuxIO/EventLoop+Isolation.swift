extension EventLoop {
    /// Calls an actor of this loop from the loop's thread; traps elsewhere.
    ///
    /// As `assumeIsolated`, which allocates twice for each call; this does not, as long as `body` captures nothing and
    /// gets what it needs as its argument. For the path of every request.
    @inlinable
    public func enter<Member: Actor, Argument, Result>(
        _ member: Member, _ argument: borrowing Argument,
        _ body: @escaping (isolated Member, borrowing Argument) -> Result
    ) -> Result {
        checkIsolated()
        // That the member is isolated is no part of the function, only of its type. Source: `assumeIsolated` in the Swift
        // library, ExecutorAssertions.swift.
        typealias Plain = (Member, borrowing Argument) -> Result
        return unsafe unsafeBitCast(body, to: Plain.self)(member, argument)
    }
}
