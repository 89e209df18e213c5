import ControlAPI
import DeviceState
import LinuxIO
import Testing

extension KernelTier {
    /// Four devices of two VMMs, each with I/O, that are stopped and go on together.
    @Suite struct GroupUnderIOTests {
        private static let rounds = 100

        @Test func allAreStoppedExportedAndGoOnAgainAndAgain() async throws {
            let begin = MonotonicInstant.now
            try await Guest.withGroup(.init(repeating: GuestGroup.pacedIO, count: 2), devicesEach: 2) { group in
                let client = try group.daemon.connect()
                for round in 1...Self.rounds {
                    try await group.expectIO(completions: 5)
                    let stop = try await client.suspend(group: group.devices)
                    try #require(stop.outcome == .suspended, "round \(round)")
                    let before = try await Self.completed(group)
                    for device in group.devices {
                        let document = try await client.export(device).state
                        #expect(document.stability.suspended, "round \(round): \(device.name)")
                        #expect(document.standard.configuration != nil)
                    }
                    #expect(try await Self.completed(group) == before, "round \(round)")
                    let start = try await client.resume(groupOf: stop.operation)
                    try #require(start.outcome == .resumed, "round \(round)")
                    for vmm in group.vmms { try await vmm.kick() }
                }
                try await group.expectFlawlessEnd()
            }
            print("\(Self.rounds) rounds in \(MonotonicInstant.now.nanoseconds(since: begin) / 1_000_000) ms")
        }

        /// How many requests each VMM has seen completed; it looks through its rings first.
        private static func completed(_ group: GuestGroup) async throws -> [UInt64] {
            var counts: [UInt64] = []
            for vmm in group.vmms { try await counts.append(vmm.status().completed) }
            return counts
        }
    }
}
