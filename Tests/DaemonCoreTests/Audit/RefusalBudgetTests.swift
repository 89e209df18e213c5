import LinuxIO
import Testing

@testable import DaemonCore

@Suite("Refusals on record")
struct RefusalBudgetTests {
    @Test func areLimitedForEachUserAndCounted() {
        var budget = RefusalBudget()
        let start = MonotonicInstant.now
        for _ in 0..<RefusalBudget.maximum { #expect(budget.take(1, at: start) == .record(omitted: 0)) }
        for _ in 0..<7 { #expect(budget.take(1, at: start) == .omit) }
        #expect(budget.take(2, at: start) == .record(omitted: 0))
        let later = start.advanced(byMilliseconds: RefusalBudget.interval + 1)
        #expect(budget.take(1, at: later) == .record(omitted: 7))
        #expect(budget.take(1, at: later) == .record(omitted: 0))
    }
}
