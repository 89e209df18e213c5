import ControlAPI
import DeviceState
import Testing

extension KernelTier {
    @Suite struct RefusalTests {
        @Test func withoutSuspendAndResumeTheBitsAreNamedAndNothingIsCalled() async throws {
            try await Guest.withVDUSEDevice { device, server in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(StandInVMM.Options(depth: 0)) { vmm in
                        let client = try daemon.connect()
                        let gate = try await CallGate.start(at: .entry, in: daemon.workers("device"))
                        let before = try await server.status().answered
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self, .init(target: device.params))
                        #expect(error.code == .notSupported)
                        #expect(error.missing == ["SUSPEND", "RESUME"])
                        #expect(error.stateAfter?.runState == .running)
                        let state = try await client.status(of: device)
                        #expect(state.runState == .running)
                        #expect(try daemon.record(of: device) == nil)
                        // A worker that had called would be held now and could not have answered.
                        try await gate.open()
                        let after = try await server.status()
                        #expect(after.answered == before)
                        #expect(try await vmm.status().deviceStatus == 0x0f)
                    }
                }
            }
        }

        @Test func beforeDriverOKTheDeviceIsNotRunning() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(StandInVMM.Options(driverOK: false)) { vmm in
                        let client = try daemon.connect()
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self, .init(target: device.params))
                        #expect(error.code == .notRunning)
                        #expect(error.stateAfter?.runState == .idle)
                        #expect(error.stateAfter?.status?.value == 0x0b)
                        #expect(try daemon.record(of: device) == nil)
                        #expect(try await vmm.status().deviceStatus == 0x0b)
                    }
                    let idle = try await daemon.connect().refusal(
                        of: DeviceSuspendMethod.self, .init(target: device.params))
                    #expect(idle.code == .notRunning)
                }
            }
        }

        @Test func aHeldNodeIsBusyAndTheHolderIsNamed() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let client = try daemon.connect()
                        #expect(try await vmm.waitForCompletions(20).done)
                        let error = try await client.refusal(
                            of: DeviceOpenMethod.self, .init(device: device.deviceName))
                        #expect(error.code == .deviceBusy)
                        let holder = try #require(error.holders?.first)
                        #expect(error.holders?.count == 1)
                        #expect(holder.pid == vmm.pid)
                        #expect(holder.comm == "StandInVMM")
                        #expect(holder.descriptor == (try vmm.descriptorNumber(of: device.node)))
                        // Nothing has happened to the device.
                        #expect(try await vmm.waitForCompletions(20).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }
    }
}
