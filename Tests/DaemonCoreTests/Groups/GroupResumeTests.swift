import ControlAPI
import Testing
import Virtio

@testable import DaemonCore

/// Every way that the resume of a group can go.
@Suite(.timeLimit(.minutes(5))) struct GroupResumeTests {
    /// What a member does.
    private enum Script: CaseIterable {
        case resumes, wasRunning, refused, fails, exitsBefore, exitsAfter, vanishesBefore, vanishesAfter
    }

    private enum Call { case preflight, resume }

    private struct Twin {
        let device: DeviceName
        let script: Script
        var call: Call?
        var runState: RunState
        var resumes = 0
        var path: [GroupStep] = []
    }

    private struct World {
        var group: GroupResume
        var twins: [Twin]
        var clock: UInt64 = 1000
        var deadlineHasPassed = false
        var answer: GroupReply?
        var end: GroupReply?

        init(_ scripts: [Script], isDryRun: Bool) throws {
            twins = try scripts.enumerated().map { index, script in
                Twin(
                    device: try DeviceName("d\(index)"), script: script,
                    runState: script == .wasRunning ? .running : .suspended)
            }
            group = GroupResume(twins.map { ($0.device, $0.runState) }, isDryRun: isDryRun)
            let preflights = group.begin(atNs: clock)
            #expect(preflights == twins.reversed().map { .preflight($0.device) })
            for index in twins.indices {
                twins[index].call = .preflight
                twins[index].path = [.preflightBegun]
            }
        }

        /// The members whose call can return.
        var pending: [Int] { twins.indices.filter { twins[$0].call != nil } }

        mutating func passDeadline() throws {
            deadlineHasPassed = true
            for index in pending {
                if twins[index].call == .resume { twins[index].path.append(.resumeLate) }
                if twins[index].call == .preflight { twins[index].call = nil }
            }
            try tell(.deadlinePassed)
            #expect(answer != nil)
        }

        mutating func endCall(_ index: Int) throws {
            let device = twins[index].device
            let error = ControlError(.kernelError, "as asked", device: device)
            let timing = CallTiming(call: "VHOST_VDPA_RESUME", enteredAtNs: clock, returnedAtNs: clock + 5)
            let call = twins[index].call
            twins[index].call = nil
            switch (call, twins[index].script) {
            case (.preflight, .exitsBefore), (.resume, .exitsAfter):
                move(index, .idle, .holderExited)
                try tell(.holderExited(device, leaving: .idle))
            case (.preflight, .vanishesBefore), (.resume, .vanishesAfter):
                move(index, .gone, .vanished)
                try tell(.vanished(device))
            case (.preflight, .refused):
                move(index, twins[index].runState, .preflightRefused)
                try tell(.preflightEnded(device, .refused(error)))
            case (.preflight, let script):
                move(index, twins[index].runState, .preflightPassed)
                let wasSuspended = script != .wasRunning
                let stop = CallTiming(call: "VHOST_VDPA_SUSPEND", enteredAtNs: 100, returnedAtNs: 110)
                try tell(
                    .preflightEnded(
                        device,
                        .passed(
                            wasSuspended: wasSuspended, since: wasSuspended ? stop : nil, needsKick: index == 0,
                            configurationChanged: wasSuspended)))
            case (_, .fails):
                move(index, .unknown, .resumeFailed)
                try tell(.resumeFailed(device, error))
            case (_, _):
                move(index, .running, .resumed)
                try tell(.resumed(device, timing))
            }
        }

        private mutating func move(_ index: Int, _ runState: RunState, _ step: GroupStep) {
            twins[index].runState = runState
            twins[index].path.append(step)
        }

        private mutating func tell(_ event: GroupResume.Event) throws {
            clock += 10
            for action in group.handle(event, atNs: clock) {
                try #require(end == nil)
                switch action {
                case .preflight: Issue.record("a second preflight")
                case .resume(let device):
                    let index = try #require(twins.firstIndex { $0.device == device })
                    try #require(!group.isDryRun && !deadlineHasPassed && twins[index].path.last == .preflightPassed)
                    twins[index].resumes += 1
                    twins[index].call = .resume
                    twins[index].path.append(.resumeBegun)
                case .answer(let reply):
                    try #require(answer == nil)
                    try #require(deadlineHasPassed || pending.isEmpty)
                    answer = reply
                    try check(reply)
                case .finished(let reply):
                    try #require(answer != nil)
                    try #require(pending.isEmpty)
                    end = reply
                    try check(reply)
                }
            }
            try #require(end != nil || !pending.isEmpty)
        }

        private func check(_ reply: GroupReply) throws {
            for (twin, member) in zip(twins, reply.members) {
                try #require(member.device == twin.device)
                try #require(member.runState == (twin.call == .resume ? .resuming : twin.runState))
                try #require(member.path.map(\.step) == twin.path)
                let isAsAsked = group.isDryRun || member.runState == .running || twin.call != nil
                try #require(isAsAsked || member.error != nil)
                try #require(reply.failure != nil || member.error == nil)
                if twin.runState == .running, twin.resumes > 0, twin.script != .wasRunning {
                    try #require(member.downtime != nil)
                }
                let wasResumed = twin.path.contains(.resumed)
                try #require(member.kickNeeded == (wasResumed ? twin.device == twins[0].device : nil))
                let hasPassed = twin.path.contains(.preflightPassed)
                try #require(member.configurationChanged == (hasPassed ? twin.script != .wasRunning : nil))
                if let downtime = member.downtime, let group = reply.downtime {
                    try #require(group.minimumNs <= downtime.minimumNs && group.maximumNs >= downtime.maximumNs)
                }
            }
            let allRun = twins.allSatisfy { $0.runState == .running && $0.resumes == 1 && $0.call == nil }
            let expected: GroupOutcome =
                if group.isDryRun {
                    reply.failure == nil ? .checked : .refused
                } else if twins.allSatisfy({ $0.resumes == 0 }) {
                    .refused
                } else {
                    allRun ? .resumed : .unresolved
                }
            try #require(reply.outcome == expected)
            try #require(allRun || group.isDryRun || reply.failure != nil)
        }
    }

    private func follow(_ world: World, _ paths: inout Int) throws {
        guard world.end == nil else {
            paths += 1
            return
        }
        for index in world.pending {
            var next = world
            try next.endCall(index)
            try follow(next, &paths)
        }
        if !world.deadlineHasPassed {
            var next = world
            try next.passDeadline()
            try follow(next, &paths)
        }
    }

    @Test(arguments: 1...3, [false, true]) func noMemberWaitsForAnother(count: Int, isDryRun: Bool) throws {
        var paths = 0
        for scripts in choices(Script.allCases, count) {
            try follow(try World(scripts, isDryRun: isDryRun), &paths)
        }
        #expect(paths > 0)
    }
}
