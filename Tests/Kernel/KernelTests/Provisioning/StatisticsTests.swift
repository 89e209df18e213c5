import ControlAPI
import DeviceState
import JSON
import Testing
import Virtio

extension KernelTier {
    /// `device.stats`
    @Suite struct StatisticsTests {
        @Test func beforeNegotiationTheCountersAreMissing() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("net0") { $0.driver = .vhostVDPA }
                let result = try await client.statistics(of: "net0")
                #expect(result.queues.isEmpty)
                #expect(result.missing.map(\.part) == ["queues[0]", "queues[1]", "queues[2]"])
                #expect(result.missing.allSatisfy { $0.reason.contains("feature negotiation not complete") })
                #expect(result.negotiatedFeatures == nil)
            }
        }

        @Test func whatTheDeviceHasDoneIsCounted() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM { vmm in
                    #expect(try await vmm.waitForCompletions(100).done)
                    let first = try await client.statistics(of: "net0")
                    #expect(first.missing.isEmpty)
                    #expect(first.negotiatedFeatures?.names == ["VERSION_1", "ACCESS_PLATFORM"])
                    // Without CTRL_VQ the third queue is nobody's.
                    #expect(first.queues.map(\.use) == [.receive, .transmit, nil])
                    #expect(first.queues.map(\.index) == [0, 1, 2])
                    let names = [
                        ["rx packets", "rx bytes", "rx errors", "rx overruns", "rx drops"],
                        ["tx packets", "tx bytes", "tx errors", "tx drops"],
                        ["cvq requests", "cvq successes", "cvq errors"],
                    ]
                    #expect(first.queues.map { $0.counters.map(\.name) } == names)
                    #expect(try await vmm.waitForCompletions(50).done)
                    // One queue by name.
                    let second = try await client.statistics(of: "net0", queues: [1])
                    #expect(second.queues.map(\.index) == [1])
                    #expect(second.readAtNs > first.readAtNs)
                    for name in ["tx packets", "tx bytes"] {
                        let counts = [first.queues[1], second.queues[0]].map { queue in
                            queue.counters.first { $0.name == name }?.value ?? 0
                        }
                        #expect(counts[0] > 0 && counts[1] > counts[0], "\(name): \(counts)")
                    }
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func aQueueThatIsNotThereIsAnError() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let error = try await client.refusal(
                    of: DeviceStatsMethod.self, .init(target: .init(device: device.deviceName), queues: [0, 3]))
                #expect(error.code == .invalidParams)
                #expect(error.message.contains("3"))
            }
        }

        @Test func aBlockSimulatorCountsNothing() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                let error = try await client.refusal(
                    of: DeviceStatsMethod.self, .init(target: .init(device: device.deviceName)))
                #expect(error.code == .notSupported)
                #expect(error.errno == "EOPNOTSUPP")
            }
        }
    }
}
