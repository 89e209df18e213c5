import ControlAPI
import DeviceState
import JSON
import LinuxIO
import Testing
import Virtio

extension KernelTier {
    /// `device.acquire`
    @Suite struct AcquisitionTests {
        @Test func theClientOwnsTheDeviceAndItsEndResetsIt() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                for _ in 1...2 {
                    var (bound, descriptor) = try await client.acquire("blk0") as (BoundDevice, SharedDescriptor?)
                    #expect(bound.node == device.node)
                    #expect(bound.driver == "vhost_vdpa")
                    // From here on it is the client's.
                    #expect(bound.state.access == .shared && !bound.state.vouched)
                    let vmm = try await StandInVMM.start(descriptor: try #require(descriptor))
                    descriptor = nil
                    #expect(try await vmm.waitForCompletions(50).done)
                    #expect(try await client.holders(of: device).holders.map(\.pid) == [vmm.pid])
                    #expect(try await client.settledStatus(of: device).runState == .running)
                    // The VMM, not vdpad, is the owner.
                    _ = try await client.suspend(device)
                    _ = try await client.resume(device)
                    try await vmm.kick()
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                    #expect(try await client.settledStatus(of: device).runState == .idle)
                    #expect(try await client.holders(of: device).holders.isEmpty)
                }
                #expect(try await client.delete("blk0").runState == .gone)
            }
        }

        @Test func theDaemonKeepsNoDescriptor() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let (_, descriptor) = try await client.acquire("net0")
                // A worker closes the daemon's own, which may take it until after the reply.
                var findings: DescriptorWatch.Findings?
                for _ in 1...50 where findings?.seen.isEmpty != true {
                    let watch = try await DescriptorWatch.start(process: daemon.pid, nodes: [device.node])
                    // Served by workers of each kind meanwhile.
                    _ = try await client.holders(of: device)
                    _ = try await client.configuration(of: "net0")
                    findings = try await watch.finish()
                }
                let last = try #require(findings)
                #expect(last.seen.isEmpty && last.looks > 0, "\(last.seen.prefix(3))")
                withExtendedLifetime(descriptor) {}
            }
        }

        @Test func aHeldDeviceIsRefused() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }.inGuest
                try await device.withVMM { vmm in
                    let error = try await client.refusal(
                        of: DeviceAcquireMethod.self, .init(device: device.deviceName))
                    #expect(error.code == .deviceBusy)
                    #expect(error.holders?.map(\.pid) == [vmm.pid])
                    #expect(await client.takeDescriptors().isEmpty)
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                }
                _ = try await client.call(DeviceOpenMethod.self, .init(device: device.deviceName))
                let error = try await client.refusal(of: DeviceAcquireMethod.self, .init(device: device.deviceName))
                #expect(error.code == .deviceBusy)
                #expect(error.message.contains("vdpad itself"))
            }
        }

        @Test func aDeviceWithoutANodeIsRefused() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("net0") { $0.driver = DriverSelection.none }
                let error = try await client.refusal(
                    of: DeviceAcquireMethod.self, .init(device: .init("net0")))
                #expect(error.code == .notSupported)
                #expect(error.hint?.contains("vhost_vdpa") == true)
            }
        }

        /// A client that is gone before it has read the reply leaves nobody holding the device.
        @Test func aDescriptorThatNobodyTakesGoesWithTheClient() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                for _ in 1...5 {
                    let hasty = try daemon.connect()
                    try await hasty.send(DeviceAcquireMethod.self, .init(device: device.deviceName))
                }
                var deleted = false
                for _ in 1...1_000 where !deleted {
                    do {
                        deleted = try await client.delete("net0").runState == .gone
                    } catch let error as ControlError where error.code == .deviceBusy {
                        continue
                    }
                }
                #expect(deleted)
            }
        }
    }
}
