import ControlAPI
import Testing

@testable import DaemonCore

@Suite struct HealthFactsTests {
    private static let stuck = HealthProblem(kind: .stuckCall, message: "suspend has not returned", sinceMs: 10)
    private static let removal = HealthProblem(kind: .removalPending, message: "its holder")
    private static let named = HealthProblem(
        kind: .removalPending, message: "process 7",
        holders: [HolderInfo(pid: 7, comm: "vmm", startTime: 1, unit: nil, descriptor: 3)])

    private static func text(_ event: Event) -> String {
        "\(event.raised == true ? "+" : "-")\(event.problem?.message ?? "")"
    }

    @Test(arguments: [
        ([], [], []),
        ([], [stuck], ["+suspend has not returned"]),
        ([stuck], [], ["-suspend has not returned"]),
        ([removal], [stuck], ["-its holder", "+suspend has not returned"]),
        // It says more now: it is not over.
        ([removal], [named], ["+process 7"]),
        ([removal, stuck], [stuck, removal], []),
    ])
    func changesAreTold(former: [HealthProblem], now: [HealthProblem], expected: [String]) {
        #expect(HealthFacts(now).events(since: HealthFacts(former)).map(Self.text) == expected)
    }

    @Test func timeAloneIsNoNews() {
        var later = Self.stuck
        later.sinceMs = 20
        #expect(HealthFacts([later]).events(since: HealthFacts([Self.stuck])) == [])
    }
}
