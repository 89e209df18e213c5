import ControlAPI
import SeededGenerator
import Testing
import Virtio

@testable import DaemonCore

/// Every way that the stop of a group can go.
@Suite(.timeLimit(.minutes(5))) struct GroupStopTests {
    /// Follows what can happen, in many orders.
    private struct Explorer {
        /// Which orders are followed; what a generator picks is the same in each run.
        enum Breadth {
            /// All.
            case everything
            /// All in which the calls of the first phase return and the deadline passes; what else happens falls
            /// somewhere between.
            case firstPhase
            /// One.
            case one
        }

        var breadth: Breadth
        /// Whether the caller may go at any moment, too.
        var withCaller = false
        private(set) var paths = 0
        private(set) var failure: String?
        private var generator = SeededGenerator(seed: 5)

        init(_ breadth: Breadth, withCaller: Bool = false) {
            self.breadth = breadth
            self.withCaller = withCaller
        }

        mutating func follow(_ start: GroupWorld) {
            var world = start
            while failure == nil {
                if let violation = violation(world) {
                    failure = "\(violation): \(world.twins.map { ($0.preflight, $0.script) }), \(world.trace)"
                    return
                }
                guard world.end == nil else {
                    paths += 1
                    return
                }
                let moves = branches(world)
                for move in moves.dropFirst() {
                    var next = world
                    make(move, in: &next)
                    follow(next)
                }
                // A copy for each branch but one: most worlds have only one.
                make(moves[0], in: &world)
            }
        }

        private mutating func make(_ move: GroupWorld.Move, in world: inout GroupWorld) {
            if generator.one(in: 16) { world.disturb(&generator) }
            world.make(move)
        }

        private func violation(_ world: GroupWorld) -> String? {
            if let violation = world.violation { return violation }
            let isInTime = world.twins.contains { $0.script.isLate && !$0.path.contains(.stopLate) }
            return world.end != nil && isInTime ? "who was to be late was not" : nil
        }

        private mutating func branches(_ world: GroupWorld) -> [GroupWorld.Move] {
            var moves = world.moves
            if withCaller, !world.callerHasLeft { moves.append(.callerLeaves) }
            guard breadth != .everything else { return moves }
            let split = breadth == .firstPhase ? moves.partition(by: { !world.isOfFirstPhase($0) }) : 0
            let (decisive, others) = (Array(moves[..<split]), Array(moves[split...]))
            guard !decisive.isEmpty else { return [generator.pick(moves)] }
            return others.isEmpty || generator.one(in: 2) ? decisive : [generator.pick(others)]
        }
    }

    /// Every combination: of up to three members all that can happen to each, in all orders where there are two, and of four
    /// every kind of it. More of either would take minutes.
    @Test(arguments: 1...4, GroupFailurePolicy.allCases)
    func everyMemberGoesOnOrIsReported(count: Int, policy: GroupFailurePolicy) throws {
        var explorer = Explorer(.everything, withCaller: count < 3)
        var sample = SeededGenerator(seed: 4)
        let combinations =
            count < 4
            ? choices(MemberScript.cases(under: policy), count)
            : choices(MemberScript.kinds(under: policy), count).map { kinds in kinds.map { sample.pick($0) } }
        for scripts in combinations {
            switch count {
            case 1, 2: break
            case 3: explorer.breadth = sample.one(in: 2) ? .firstPhase : .one
            default: explorer.breadth = .one
            }
            var world = try GroupWorld(scripts.map { (.passes, $0) }, policy: policy)
            for index in 0..<count { world.make(.preflight(index)) }
            explorer.follow(world)
            try #require(explorer.failure == nil)
        }
        #expect(explorer.paths >= combinations.count)
    }

    @Test(arguments: RunState.allCases, GroupFailurePolicy.allCases)
    func aStopThatFailedLeavesTheDeviceWhereItsErrorSays(runState: RunState, policy: GroupFailurePolicy) throws {
        let device = try DeviceName("d0")
        var group = GroupStop([(device, .running)], policy: policy)
        _ = group.begin(atNs: 1)
        let passed = GroupStop.Preflight.passed(wasSuspended: false, since: nil, canResume: true, needsKick: false)
        #expect(group.handle(.preflightEnded(device, passed), atNs: 2) == [.stop(device)])
        var error = ControlError(.kernelError, "as asked", device: device)
        error.stateAfter = DeviceStateAfter(runState: runState, status: nil)
        let actions = group.handle(.stopFailed(device, error, mayBeStopped: false), atNs: 3)
        guard case .answer(let reply) = actions.first, actions.count == 2 else {
            Issue.record("\(actions)")
            return
        }
        let expected = [.suspending, .resuming].contains(runState) ? .unknown : runState
        #expect(reply.members.map(\.runState) == [expected])
        let isResolved = expected != .unknown && (expected != .suspended || policy == .keep)
        #expect((reply.outcome == .unresolved) == !isResolved)
    }

    @Test(arguments: GroupFailurePolicy.allCases, [false, true])
    func nothingStopsBeforeEveryPreflightHasPassed(policy: GroupFailurePolicy, isDryRun: Bool) throws {
        var explorer = Explorer(.firstPhase, withCaller: true)
        for scripts in (1...3).flatMap({ choices(PreflightScript.allCases, $0) }) {
            explorer.follow(try GroupWorld(scripts.map { ($0, .stops) }, policy: policy, isDryRun: isDryRun))
            try #require(explorer.failure == nil)
        }
        #expect(explorer.paths > 0)
    }
}
