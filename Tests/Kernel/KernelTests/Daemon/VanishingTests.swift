import ControlAPI
import Foundation
import Testing

extension KernelTier {
    /// Devices and holders that go away.
    @Suite struct VanishingTests {
        @Test func aDeviceThatWasDeletedIsNotFound() async throws {
            try await Guest.loadSimulators(SimulatorParameters())
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                let device = try await GuestDevice.add(name: "brief0", managementDevice: "vdpasim_net")
                #expect(try await client.settledStatus(of: device).runState == .idle)
                try await device.delete()
                for _ in 1...2 {
                    let error = try await client.refusal(of: DeviceStatusMethod.self, device.params)
                    #expect(error.code == .deviceNotFound)
                    #expect(error.message.contains("brief0"))
                }
                let stop = try await client.refusal(of: DeviceSuspendMethod.self, .init(target: device.params))
                #expect(stop.code == .deviceNotFound)
                #expect(try await client.devices().isEmpty)
            }
        }

        @Test func theNodesNumberIsReusedByAnotherDevice() async throws {
            try await Guest.loadSimulators(SimulatorParameters())
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                let first = try await GuestDevice.add(name: "first0", managementDevice: "vdpasim_net")
                #expect(try await client.status(of: first).runState == .idle)
                try await first.delete()
                try await Guest.withBlockDevice(name: "second0") { second in
                    #expect(second.node == first.node)
                    try await second.withVMM { vmm in
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self, .init(target: first.params))
                        #expect(error.code == .deviceNotFound)
                        // The other device has not been touched.
                        #expect(try await vmm.waitForCompletions(20).done)
                        let stop = try await client.suspend(second)
                        #expect(stop.state.runState == .suspended)
                        _ = try await client.resume(second)
                        try await vmm.kick()
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func aHolderThatExitsLeavesTheDeviceIdleAndItsRecordIsDropped() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    try await device.withVMM { vmm in
                        #expect(try await vmm.waitForCompletions(20).done)
                        _ = try await client.suspend(device)
                        #expect(try daemon.record(of: device) != nil)
                    }
                    let state = try await client.settledStatus(of: device)
                    #expect(state.runState == .idle)
                    #expect(state.access == .none)
                    #expect(try daemon.record(of: device) == nil)
                    let error = try await client.refusal(of: DeviceResumeMethod.self, .init(target: device.params))
                    #expect(error.code == .notRunning)
                    // The next holder starts with a fresh device.
                    try await device.withVMM { vmm in
                        let running = try await client.settledStatus(of: device)
                        #expect(running.runState == .running)
                        #expect(try await vmm.waitForCompletions(20).done)
                    }
                }
            }
        }

        /// The worker's duplicate is then the last descriptor, whose close resets the device.
        @Test(arguments: CallGate.Place.allCases)
        func aHolderThatExitsDuringTheCallIsReported(_ place: CallGate.Place) async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    let vmm = try await StandInVMM.start(node: device.node)
                    let gate = try await CallGate.start(at: place, in: daemon.workers("device"))
                    try await client.send(DeviceSuspendMethod.self, .init(target: device.params))
                    _ = try await gate.waitForArrival()
                    await vmm.kill()
                    try await gate.open()
                    let error = try await client.receiveRefusal(of: DeviceSuspendMethod.self)
                    #expect(error.code == .deviceGone)
                    #expect(error.stateAfter?.runState == .idle)
                    #expect(try daemon.record(of: device) == nil)
                    // Nobody holds the device: it can be opened, and deleted at the test's end.
                    let opened = try await daemon.connect().call(
                        DeviceOpenMethod.self, .init(device: device.deviceName))
                    #expect(opened.access == .owner)
                }
            }
        }

        @Test func aSuspendThatReturnsAfterItsDeadlineIsUndone() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let client = try daemon.connect()
                        let gate = try await CallGate.start(at: .return, in: daemon.workers("device"))
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self,
                            .init(target: .init(device: device.deviceName, deadlineMs: 500)))
                        #expect(error.code == .deadlineExceeded)
                        #expect(error.stateAfter?.runState == .suspending)
                        try await gate.open()
                        #expect(try await vmm.waitForCompletions(50).done)
                        #expect(try await client.settledStatus(of: device).runState == .running)
                        #expect(try daemon.record(of: device) == nil)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }
    }
}
