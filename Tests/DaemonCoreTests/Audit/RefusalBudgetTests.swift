import ControlAPI
import LinuxIO
import Testing

@testable import DaemonCore

@Suite("Refusals on record")
struct RefusalBudgetTests {
    static func refusal(_ uid: UInt32, _ method: String = "device.list") -> AuditRecord {
        AuditRecord(pid: 1, uid: uid, socket: .control, method: method, devices: [], outcome: .refused)
    }

    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    private var end: MonotonicInstant { start.advanced(byMilliseconds: RefusalBudget.interval) }

    /// A budget in which this user has used everything up.
    private func exhausted(_ uid: UInt32 = 1) -> RefusalBudget {
        var budget = RefusalBudget()
        for _ in 0..<RefusalBudget.maximum {
            #expect(budget.take(Self.refusal(uid), at: start) == [Self.refusal(uid)])
        }
        return budget
    }

    @Test func areLimitedForEachUser() {
        var budget = exhausted()
        for _ in 0..<7 { #expect(budget.take(Self.refusal(1), at: start) == []) }
        #expect(budget.take(Self.refusal(2), at: start) == [Self.refusal(2)])
    }

    /// Also when the user is never refused again.
    @Test(arguments: [0, 1, 7]) func areCountedOnRecordAtTheEndOfTheInterval(count: Int) {
        var budget = exhausted()
        for number in 0..<count { #expect(budget.take(Self.refusal(1, "\(number)"), at: start) == []) }
        #expect(budget.nextEnd == end)
        var last = Self.refusal(1, "\(count - 1)")
        last.omitted = count > 1 ? count - 1 : nil
        #expect(budget.settle(at: end) == (count > 0 ? [last] : []))
        #expect(budget.nextEnd == nil)
        #expect(budget.take(Self.refusal(1), at: end) == [Self.refusal(1)])
    }

    @Test func areCountedOnRecordWhenThereAreTooManyUsers() {
        var budget = exhausted()
        #expect(budget.take(Self.refusal(1, "last"), at: start) == [])
        for uid in 2..<UInt32(RefusalBudget.maximumUsers) + 1 {
            #expect(budget.take(Self.refusal(uid), at: start.advanced(byMilliseconds: 1)) == [Self.refusal(uid)])
        }
        let another = Self.refusal(9_999)
        #expect(budget.take(another, at: start.advanced(byMilliseconds: 1)) == [Self.refusal(1, "last"), another])
    }
}
