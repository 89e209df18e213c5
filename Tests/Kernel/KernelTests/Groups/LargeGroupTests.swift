import ControlAPI
import LinuxIO
import Testing

extension KernelTier {
    /// How long a group takes beside the kernel calls alone; nothing is asserted on times.
    @Suite struct LargeGroupTests {
        private static let count = 64

        @Test func sixtyFourNetworkDevicesAreStoppedAndGoOn() async throws {
            do { try await Self.stopAndResume() } catch let error as ControlError {
                // With 64 members the whole error is more than anybody reads.
                Issue.record("\(error.message)")
            }
        }

        private static func stopAndResume() async throws {
            try await Guest.withEmptyBus { daemon, client in
                var devices: [GuestDevice] = []
                for index in 0..<Self.count {
                    try await devices.append(client.add("large\(index)") { $0.driver = .vhostVDPA }.inGuest)
                }
                try await Self.withIdleVMMs(devices) { vmms in
                    let calls = try await Self.callsAlone(vmms)
                    let stop = try await client.exchange(
                        GroupSuspendMethod.self, ControlClient.stop(of: devices) { $0.deadlineMs = 120_000 })
                    #expect(stop.result.outcome == .suspended)
                    let start = try await client.exchange(
                        GroupResumeMethod.self, .init(operation: stop.result.operation, deadlineMs: 120_000))
                    #expect(start.result.outcome == .resumed)
                    Self.report(stop.result, "SUSPEND", stop.repliedAt.nanoseconds(since: stop.sentAt))
                    Self.report(start.result, "RESUME", start.repliedAt.nanoseconds(since: start.sentAt))
                    print("\(Self.count) SUSPEND by the VMMs themselves: \(calls.suspend / 1_000) us")
                    print("\(Self.count) RESUME by the VMMs themselves: \(calls.resume / 1_000) us")
                }
            }
        }

        /// One after the other, each measured around the ioctl; the sum is that of a loop around all.
        private static func callsAlone(_ vmms: [StandInVMM]) async throws -> (suspend: UInt64, resume: UInt64) {
            var (suspend, resume): (UInt64, UInt64) = (0, 0)
            for vmm in vmms {
                let call = try await vmm.suspend()
                #expect(call.errno == 0)
                suspend += call.ns
            }
            for vmm in vmms {
                let call = try await vmm.resume()
                #expect(call.errno == 0)
                resume += call.ns
            }
            return (suspend, resume)
        }

        private static func report(_ group: GroupReport, _ call: String, _ nanoseconds: UInt64) {
            let timings = group.members.compactMap(\.timing)
            let first = timings.map(\.enteredAtNs).min() ?? 0, last = timings.map(\.returnedAtNs).max() ?? 0
            print(
                """
                \(count) \(call) as a group: \(nanoseconds / 1_000) us from request to reply, \
                \((last - first) / 1_000) us from the first entry to the last return, \
                \(timings.map(\.durationNs).reduce(0, +) / 1_000) us within the calls
                """)
        }

        /// VMMs that have set DRIVER_OK and do nothing.
        private static func withIdleVMMs(
            _ devices: [GuestDevice], _ body: ([StandInVMM]) async throws -> Void
        ) async throws {
            var vmms: [StandInVMM] = []
            do {
                for device in devices { try await vmms.append(.start(node: device.node, .init(depth: 0))) }
                try await body(vmms)
            } catch {
                for vmm in vmms { await vmm.kill() }
                throw error
            }
            for vmm in vmms { await vmm.kill() }
        }
    }
}
