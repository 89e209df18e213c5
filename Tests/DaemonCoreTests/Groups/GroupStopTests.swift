import ControlAPI
import SeededGenerator
import Testing
import Virtio

@testable import DaemonCore

/// Every way that the stop of a group can go.
@Suite(.timeLimit(.minutes(5))) struct GroupStopTests {
    /// Follows every order of what can happen.
    private struct Explorer {
        var withCaller: Bool
        var paths = 0
        var failure: String?

        mutating func follow(_ world: GroupWorld) {
            guard failure == nil else { return }
            if let violation = world.violation {
                failure = "\(violation): \(world.twins.map { ($0.preflight, $0.script) }) \(world.trace)"
                return
            }
            guard world.end == nil else {
                paths += 1
                return
            }
            var moves = world.moves
            if withCaller, !world.callerHasLeft { moves.append(.callerLeaves) }
            for move in moves {
                var next = world
                next.make(move)
                follow(next)
            }
        }
    }

    /// Every choice of so many of these, with repetition.
    private static func choices<Element>(_ elements: [Element], _ count: Int) -> [[Element]] {
        guard count > 0 else { return [[]] }
        return choices(elements, count - 1).flatMap { choice in elements.map { choice + [$0] } }
    }

    @Test(arguments: 1...3, GroupFailurePolicy.allCases)
    func everyMemberGoesOnOrIsReported(count: Int, policy: GroupFailurePolicy) throws {
        var explorer = Explorer(withCaller: count < 3)
        for scripts in Self.choices(MemberScript.allCases, count) {
            var world = try GroupWorld(scripts.map { (.passes, $0) }, policy: policy)
            for index in 0..<count { world.make(.preflight(index)) }
            explorer.follow(world)
            try #require(explorer.failure == nil)
        }
        print("PATHS", count, policy, explorer.paths)
    }

    @Test(arguments: 1...3, GroupFailurePolicy.allCases)
    func nothingStopsBeforeEveryPreflightHasPassed(count: Int, policy: GroupFailurePolicy) throws {
        for isDryRun in [false, true] {
            var explorer = Explorer(withCaller: true)
            for scripts in Self.choices(PreflightScript.allCases, count) {
                explorer.follow(try GroupWorld(scripts.map { ($0, .stops) }, policy: policy, isDryRun: isDryRun))
                try #require(explorer.failure == nil)
            }
            print("PREFLIGHT PATHS", count, policy, isDryRun, explorer.paths)
        }
    }
}
