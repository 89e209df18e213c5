import ControlAPI
import LinuxIO
import SeededGenerator
import Testing

extension KernelTier {
    /// SIGKILL of the daemon while it stops a group.
    @Suite struct DaemonDeathInGroupTests {
        private static let points = 20
        private static let holdMs: UInt32 = 700
        /// After the end of the lease, or after the daemon answers again, in nanoseconds.
        private static let patience: UInt64 = 1_000_000_000

        /// At points spread over the whole time that the stop takes, and somewhat after.
        @Test func atAnyMomentAllGoOnInTime() async throws {
            try await Guest.withGroup(.init(repeating: GuestGroup.pacedIO, count: 2)) { group in
                let length = try await Self.lengthOfStop(group)
                var ends: [String: Int] = [:]
                var known = Set(try await group.daemon.connect().operations().map(\.id))
                for seed in 1...UInt64(Self.points) {
                    var generator = SeededGenerator(seed: seed)
                    let moment = UInt64.random(in: 0...length + length / 4, using: &generator)
                    let comment: Comment = "seed \(seed): killed \(moment) ns after the request"
                    try await group.expectIO()
                    for member in group.members { _ = try await member.vmm.takeGap() }
                    let limit = try await Self.kill(group, after: moment) + Self.patience
                    try await group.expectIO()
                    for member in group.members {
                        let gap = try await member.vmm.takeGap()
                        #expect(gap.to.seen <= limit, comment)
                    }
                    let client = try group.daemon.connect()
                    for device in group.devices {
                        #expect(try await client.settledStatus(of: device).runState == .running, comment)
                    }
                    let operation = try await client.operations().first { known.insert($0.id).inserted }
                    ends[operation?.state.rawValue ?? "not begun", default: 0] += 1
                    guard let operation else { continue }
                    #expect(operation.kind == GroupSuspendMethod.name, comment)
                    #expect(try Set(operation.devices) == Set(group.devices.map { try $0.deviceName }), comment)
                    switch operation.state {
                    case .interrupted: #expect(operation.error?.code == .cancelled, comment)
                    default:
                        #expect(operation.state == .succeeded, comment)
                        #expect(try await client.operation(operation.id).result != nil, comment)
                    }
                }
                try await group.expectFlawlessEnd()
                print("killed within \(length + length / 4) ns of \(Self.points) stops: \(ends)")
            }
        }

        /// One member has stopped and the other one not: nobody was told, so there is nothing to keep stopped.
        @Test func whatHadStoppedGoesOnWithoutALeaseToo() async throws {
            try await Guest.withGroup(.init(repeating: GuestGroup.pacedIO, count: 2)) { group in
                let client = try group.daemon.connect()
                let gate = try await CallGate.start(at: .entry, in: group.daemon.workers("device"))
                try await client.send(GroupSuspendMethod.self, ControlClient.stop(of: group.devices))
                _ = try await gate.waitForArrival()
                let (daemon, devices) = (group.daemon, group.devices)
                try await Guest.wait(until: "one has stopped") {
                    try devices.contains { try daemon.record(of: $0)?.contains(#""runState":"suspended""#) == true }
                }
                await daemon.kill()
                try await daemon.start()
                try await gate.open()
                try await Guest.wait(until: "all go on") { try devices.allSatisfy { try daemon.record(of: $0) == nil } }
                try await group.expectIO()
                try await group.expectFlawlessEnd()
            }
        }

        /// Asks for a stop, kills the daemon so many nanoseconds later and starts the next one. Returns when nothing is
        /// stopped any more.
        ///
        /// - Returns: by when the lease had ended and the daemon answered, in nanoseconds of CLOCK_MONOTONIC.
        private static func kill(_ group: GuestGroup, after moment: UInt64) async throws -> UInt64 {
            let (daemon, devices) = (group.daemon, group.devices)
            try await daemon.connect().send(
                GroupSuspendMethod.self, ControlClient.stop(of: devices) { $0.holdMs = holdMs }, andKill: daemon.pid,
                after: moment)
            // The lease began before.
            let leaseEnd = MonotonicInstant.now.advanced(byMilliseconds: UInt64(holdMs))
            await daemon.waitForEnd()
            try await daemon.start()
            let answering = MonotonicInstant.now
            try await Guest.wait(until: "nothing is stopped") {
                try devices.allSatisfy { try daemon.record(of: $0) == nil }
            }
            return max(leaseEnd, answering).nanoseconds
        }

        private static func lengthOfStop(_ group: GuestGroup) async throws -> UInt64 {
            let client = try group.daemon.connect()
            var longest: UInt64 = 0
            for _ in 1...5 {
                let stop = try await client.exchange(
                    GroupSuspendMethod.self, ControlClient.stop(of: group.devices) { $0.holdMs = 60_000 })
                longest = max(longest, stop.repliedAt.nanoseconds(since: stop.sentAt))
                _ = try await client.resume(groupOf: stop.result.operation)
            }
            return longest
        }
    }
}
