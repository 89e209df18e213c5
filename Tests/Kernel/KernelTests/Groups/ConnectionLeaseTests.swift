import ControlAPI
import Testing

extension KernelTier {
    /// A client that is killed after it has stopped a device until its connection ends.
    @Suite struct ConnectionLeaseTests {
        private static let rounds = 20
        /// How long after RESUME the VMM has a completion at the latest, in nanoseconds.
        private static let limit: Int64 = 100_000_000
        /// The same when the machine that emulates the guest holds it up.
        private static let limitWhenHeldUp: Int64 = 1_000_000_000

        @Test func theIOOfAVMMThatKicksContinuesAtOnce() async throws {
            try await Self.withDevice(kickAgainMs: 10) { device, daemon, vmm in
                var delays: [Int64] = []
                for _ in 1...Self.rounds {
                    #expect(try await vmm.waitForCompletions(20).done)
                    _ = try await vmm.takeGap()
                    let resumed = try await Self.stopAndKillTheClient(device, daemon)
                    #expect(try await vmm.waitForCompletions(20).done)
                    try await delays.append(Int64(vmm.takeGap().to.seen) - Int64(resumed))
                }
                print("I/O after the resume that ended a lease, in us: \(delays.map { $0 / 1_000 }.sorted())")
                // The machine that emulates the guest may hold it up once.
                #expect(delays.count { $0 > Self.limit } <= 1, "\(delays)")
                #expect(delays.allSatisfy { $0 < Self.limitWhenHeldUp }, "\(delays)")
                #expect(try await vmm.quit().isFlawless)
            }
        }

        /// Whether it stalls depends on whether a kick came while the device was stopped.
        @Test func theIOOfAVMMThatDoesNotKickContinuesWithItsNextKickAtTheLatest() async throws {
            try await Self.withDevice(kickAgainMs: 0) { device, daemon, vmm in
                var stalls = 0
                for _ in 1...Self.rounds {
                    #expect(try await vmm.waitForCompletions(20).done)
                    _ = try await Self.stopAndKillTheClient(device, daemon)
                    _ = try await vmm.status()
                    if try await vmm.watch(milliseconds: 200).completed == 0 { stalls += 1 }
                    try await vmm.kick()
                }
                print("I/O of a VMM that does not kick again: \(stalls) stalls in \(Self.rounds) resumes")
                #expect(try await vmm.quit().isFlawless)
            }
        }

        private static func withDevice(
            kickAgainMs: Int, _ body: (GuestDevice, DaemonInGuest, StandInVMM) async throws -> Void
        ) async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(.init(kickAgainMs: kickAgainMs)) { vmm in
                        try await body(device, daemon, vmm)
                    }
                }
            }
        }

        /// Returns when the device goes on, and since when, in nanoseconds of CLOCK_MONOTONIC.
        private static func stopAndKillTheClient(
            _ device: GuestDevice, _ daemon: DaemonInGuest
        ) async throws -> UInt64 {
            let client = try ClientProcess(of: daemon)
            let stop = try await client.call(
                DeviceSuspendMethod.self, .init(target: device.params, lease: .connection))
            #expect(stop.lease?.kind == .connection)
            await client.kill()
            try await Guest.wait(until: "the lease is over") { try daemon.record(of: device) == nil }
            let operation = try await daemon.connect().operation(#require(stop.operation))
            return try #require(operation.phases?.last { $0.name == "resuming" }).atNs
        }
    }
}
