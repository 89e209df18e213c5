import ControlAPI
import DeviceState
import JSON
import LinuxIO
import Testing
import Virtio

extension KernelTier {
    /// `state.restore` with the positions of real I/O.
    @Suite struct RestoreTests {
        @Test func aNetworkDeviceContinuesWhereItStopped() async throws {
            try await Guest.withNetDevice { device in try await Self.continues(device) }
        }

        @Test func aBlockDeviceContinuesWhereItStopped() async throws {
            try await Guest.withBlockDevice { device in try await Self.continues(device) }
        }

        private static func continues(_ device: GuestDevice) async throws {
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                let worked = try await positionsAfterIO(of: device)
                #expect(worked.contains { $0 > 0 })
                let state = try await state(of: device, client, positions: worked)

                let restored = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .owner, start: true))
                #expect(restored.state.runState == .running)
                #expect(restored.fields.allSatisfy { $0.outcome != .refused })
                _ = try await client.suspend(device)
                let again = try await OwnedDeviceTests.export(device, client)
                #expect(again.document["standard"]?.jsonText() == state.document["standard"]?.jsonText())
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))

                let preflight = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .preflight))
                #expect(preflight.fits, "\(preflight.fields)")

                let handed = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .handOver))
                let program = try #require(handed.program)
                #expect(program.queues.map { Int($0.vringBase) } == worked)
                var descriptor = await client.takeDescriptors().first
                let vmm = try await StandInVMM.start(
                    descriptor: try #require(descriptor), .init(positions: program.queues.map(\.vringBase)))
                descriptor = nil
                do {
                    #expect(try await vmm.waitForCompletions(100).done)
                    #expect(try await vmm.quiesce().done)
                    // It has gone on from there: nothing was done again.
                    let bases = try await vmm.bases()
                    let distances = zip(worked, bases).map { UInt16(truncatingIfNeeded: $1 - $0) }
                    #expect(distances.contains { (100..<30_000).contains($0) }, "\(worked) \(bases)")
                    #expect(try await vmm.quit().isFlawless)
                } catch {
                    await vmm.kill()
                    throw error
                }
            }
        }

        /// The kernel makes a device for the state, and what is handed over goes on where the other one stopped.
        @Test func aDeviceThatIsCreatedForAStateContinues() async throws {
            try await Guest.withNetDevice { device in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    let worked = try await Self.positionsAfterIO(of: device)
                    let state = try await Self.state(of: device, client, positions: worked)
                    let name = try DeviceName("made1")
                    let handed = try await client.call(
                        StateRestoreMethod.self,
                        .init(
                            device: name, state: state.document, mode: .handOver,
                            provision: RestoreProvision(managementDevice: "vdpasim_net")))
                    #expect(handed.provisioned?.managementDevice == "vdpasim_net")
                    let program = try #require(handed.program)
                    var descriptor = await client.takeDescriptors().first
                    let vmm = try await StandInVMM.start(
                        descriptor: try #require(descriptor), .init(positions: program.queues.map(\.vringBase)))
                    descriptor = nil
                    do {
                        #expect(try await vmm.waitForCompletions(100).done)
                        #expect(try await vmm.quit().isFlawless)
                    } catch {
                        await vmm.kill()
                        throw error
                    }
                    _ = try await client.delete(name.string)
                }
            }
        }

        /// How far the queues are after some I/O of a VMM that has ended.
        private static func positionsAfterIO(of device: GuestDevice) async throws -> [Int] {
            try await device.withVMM { vmm in
                #expect(try await vmm.waitForCompletions(300).done)
                #expect(try await vmm.quiesce().done)
                #expect(try await vmm.suspend().errno == 0)
                let bases = try await vmm.bases()
                #expect(try await vmm.resume().errno == 0)
                #expect(try await vmm.quit().isFlawless)
                return bases
            }
        }

        /// An owner's export with the features and the positions of the VMM, which only that one could read.
        private static func state(
            of device: GuestDevice, _ client: ControlClient, positions: [Int]
        ) async throws -> DeviceState {
            _ = try await client.call(DeviceOpenMethod.self, .init(device: device.deviceName, initialize: .init()))
            _ = try await client.suspend(device)
            var state = try await OwnedDeviceTests.export(device, client)
            _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
            state.standard.negotiatedFeatures = NamedMask(
                [.version1, .accessPlatform], for: state.identity.deviceClass)
            for place in state.standard.queues.indices {
                state.standard.queues[place].position = .split(
                    availableIndex: UInt16(truncatingIfNeeded: positions[place]))
            }
            return state
        }
    }
}
