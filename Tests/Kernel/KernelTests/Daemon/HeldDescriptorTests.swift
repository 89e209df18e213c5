import ControlAPI
import Foundation
import LinuxIO
import Testing

extension KernelTier {
    @Suite struct HeldDescriptorTests {
        /// Looks from outside every millisecond, over 200 cycles.
        @Test func betweenOperationsNobodyHoldsADescriptorOfTheDevice() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        // The daemon and the looks come first on a machine with few processors.
                        setpriority(Int32(PRIO_PROCESS.rawValue), UInt32(vmm.pid), 19)
                        let client = try daemon.connect()
                        let watch = try await DescriptorWatch.start(process: daemon.pid, nodes: [device.node])
                        var operations: [ClosedRange<UInt64>] = []
                        for _ in 1...200 {
                            let stop = try await client.exchange(
                                DeviceSuspendMethod.self, .init(target: device.params))
                            operations.append(stop.sentAt.nanoseconds...stop.repliedAt.nanoseconds)
                            let before = try await vmm.status()
                            let stopped = try await vmm.watch(milliseconds: 5)
                            let start = try await client.exchange(
                                DeviceResumeMethod.self, .init(target: device.params))
                            operations.append(start.sentAt.nanoseconds...start.repliedAt.nanoseconds)
                            try await vmm.kick()
                            let continued = try await vmm.waitForCompletions(4)
                            try #require(before.deviceStatus == 0x0f && stopped.completed == 0 && continued.done)
                        }
                        let findings = try await watch.finish()
                        let held = findings.seen.filter { seen in
                            !operations.contains { $0.upperBound >= seen.from && $0.lowerBound <= seen.until }
                        }
                        #expect(held.isEmpty, "\(held.prefix(3))")
                        // Otherwise the looking would prove nothing.
                        #expect(!findings.seen.isEmpty)
                        #expect(findings.looks > 2 * operations.count)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func theWatchSeesADeviceThatTheDaemonOwns() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    _ = try await client.call(DeviceOpenMethod.self, .init(device: device.deviceName))
                    let watch = try await DescriptorWatch.start(process: daemon.pid, nodes: [device.node])
                    _ = try await client.status(of: device)
                    let findings = try await watch.finish()
                    let pid = try await daemon.pid
                    #expect(findings.seen.contains { $0.pid == pid })
                }
            }
        }
    }
}
