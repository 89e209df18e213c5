import ControlAPI
import DeviceState
import JSON
import LinuxIO
import Testing
import Virtio

extension KernelTier {
    /// `state.restore` with the positions of real I/O.
    @Suite struct RestoreTests {
        @Test func anOwnNetworkDeviceGoesOnAfterAReset() async throws {
            try await Guest.withNetDevice { device in try await Self.goesOn(device, requests: 1) }
        }

        @Test func anOwnBlockDeviceGoesOnAfterAReset() async throws {
            try await Guest.withBlockDevice { device in try await Self.goesOn(device, requests: 0) }
        }

        /// vdpad owns the device, and the stand-in's driver does I/O in vdpad's rings: what is exported was read from the
        /// device by its owner, and nothing of it is touched until it is restored.
        private static func goesOn(_ device: GuestDevice, requests: Int) async throws {
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                _ = try await client.call(
                    DeviceOpenMethod.self, .init(device: device.deviceName, initialize: .init()))
                let first = try await driven(by: daemon, from: [])
                _ = try await client.suspend(device)
                let state = try await OwnedDeviceTests.export(device, client)
                #expect(state.completeness.isComplete, "\(state.completeness.missing)")
                let positions = positions(of: state)
                #expect(UInt64(positions[requests]) == first.completed)

                let reset = try await client.call(DeviceResetMethod.self, .init(target: device.params))
                #expect(reset.lost.contains("queue positions"))
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))

                let restored = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .owner, start: true))
                #expect(restored.state.runState == .running)
                #expect(restored.state.warnings == [])
                let proved = Set(restored.fields.filter { $0.outcome == .verified }.map(\.field))
                for field in ["negotiatedFeatures", "configuration", "queues[0].position", "status"] {
                    #expect(proved.contains("standard.\(field)"), "\(restored.fields)")
                }
                _ = try await client.suspend(device)
                let again = try await OwnedDeviceTests.export(device, client)
                #expect(again.document["standard"]?.jsonBytes() == state.document["standard"]?.jsonBytes())

                _ = try await client.resume(device)
                let second = try await driven(by: daemon, from: positions)
                _ = try await client.suspend(device)
                let last = Self.positions(of: try await OwnedDeviceTests.export(device, client))
                #expect(UInt64(last[requests] &- positions[requests]) == second.completed)
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))
            }
        }

        /// What came of a driver's I/O in the rings of the daemon, which must be where the driver goes on.
        private static func driven(
            by daemon: DaemonInGuest, from positions: [UInt16]
        ) async throws -> StandInVMM.Summary {
            let driver = try await StandInVMM.start(
                ringsOf: try await daemon.pid, .init(positions: positions.map(UInt32.init)))
            do {
                #expect(try await driver.waitForCompletions(300).done)
                let summary = try await driver.quit()
                #expect(summary.isFlawless, "\(summary)")
                return summary
            } catch {
                await driver.kill()
                throw error
            }
        }

        private static func positions(of state: DeviceState) -> [UInt16] {
            state.standard.queues.map { UInt16(truncatingIfNeeded: $0.position?.vringBase ?? 0) }
        }

        @Test func aNetworkDeviceContinuesWhereItStopped() async throws {
            try await Guest.withNetDevice { device in try await Self.continues(device) }
        }

        @Test func aBlockDeviceContinuesWhereItStopped() async throws {
            try await Guest.withBlockDevice { device in try await Self.continues(device) }
        }

        private static func continues(_ device: GuestDevice) async throws {
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                let state = try await stateAfterIO(of: device, client)
                let worked = positions(of: state)
                #expect(worked.contains { $0 > 0 })

                let restored = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .owner, start: true))
                #expect(restored.state.runState == .running)
                #expect(restored.fields.allSatisfy { $0.outcome != .refused })
                _ = try await client.suspend(device)
                let again = try await OwnedDeviceTests.export(device, client)
                // Groups and address spaces the VMM did not say.
                #expect(again.standard.queues.map(\.position) == state.standard.queues.map(\.position))
                #expect(again.standard.queues.map(\.size) == state.standard.queues.map(\.size))
                #expect(again.standard.negotiatedFeatures == state.standard.negotiatedFeatures)
                #expect(again.standard.configuration?.raw == state.standard.configuration?.raw)
                _ = try await client.call(DeviceCloseMethod.self, .init(device: device.deviceName))

                let preflight = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .preflight))
                #expect(preflight.fits, "\(preflight.fields)")

                let handed = try await client.call(
                    StateRestoreMethod.self,
                    .init(device: device.deviceName, state: state.document, mode: .handOver))
                let program = try #require(handed.program)
                #expect(program.queues.map(\.vringBase) == worked.map(UInt32.init))
                var descriptor = await client.takeDescriptors().first
                let vmm = try await StandInVMM.start(
                    descriptor: try #require(descriptor), .init(positions: program.queues.map(\.vringBase)))
                descriptor = nil
                do {
                    #expect(try await vmm.waitForCompletions(100).done)
                    #expect(try await vmm.quiesce().done)
                    // It has gone on from there: nothing was done again.
                    let bases = try await vmm.bases()
                    let distances = zip(worked, bases).map { UInt16(truncatingIfNeeded: $1) &- $0 }
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
                    let state = try await Self.stateAfterIO(of: device, client)
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

        /// The state of a VMM's device after some I/O, with the positions that only the VMM could read, as its agent supplies
        /// them.
        private static func stateAfterIO(of device: GuestDevice, _ client: ControlClient) async throws -> DeviceState {
            try await device.withVMM { vmm in
                #expect(try await vmm.waitForCompletions(300).done)
                #expect(try await vmm.quiesce().done)
                _ = try await client.suspend(device)
                let queues = try await vmm.bases().enumerated().map { index, base in
                    DeviceState.Queue(
                        index: UInt16(index), size: 256,
                        position: .split(availableIndex: UInt16(truncatingIfNeeded: base)))
                }
                let supplied = DeviceState.SuppliedParts(source: "the stand-in VMM", queues: queues)
                let state = try await client.call(
                    StateExportMethod.self, .init(device.params, supplied: supplied)
                ).state
                #expect(state.completeness.isComplete, "\(state.completeness.missing)")
                _ = try await client.resume(device)
                #expect(try await vmm.quit().isFlawless)
                return state
            }
        }
    }
}
