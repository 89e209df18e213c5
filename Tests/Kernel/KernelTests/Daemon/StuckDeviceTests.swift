import ControlAPI
import Foundation
import Testing
import Virtio

extension KernelTier {
    /// A VDUSE server that does not answer: a kernel call on its device sleeps uninterruptibly.
    @Suite struct StuckDeviceTests {
        @Test func aStuckWorkerKeepsNobodyElseFromBeingServed() async throws {
            try await Guest.withBlockDevice { other in
                try await Guest.withVDUSEDevice { device, server in
                    try await Guest.withDaemon { daemon in
                        try await device.withVMM(StandInVMM.Options(depth: 0)) { vmm in
                            try await other.withVMM { otherVMM in
                                let client = try daemon.connect()
                                try await server.silence()
                                try await withThrowingTaskGroup(of: [Int].self) { group in
                                    // Holds the device's mutex until the server answers.
                                    group.addTask { try await vmm.bases() }
                                    try await Self.waitUntilStuck(vmm.pid)
                                    let error = try await client.refusal(
                                        of: DeviceStatusMethod.self,
                                        .init(device: device.deviceName, deadlineMs: 2_000))
                                    #expect(error.code == .deadlineExceeded)

                                    try await Self.everythingElseWorks(other, otherVMM, daemon)
                                    try await Self.waitUntilReported(device, client)
                                    let blocked = try await client.refusal(
                                        of: DeviceSuspendMethod.self,
                                        .init(target: .init(device: device.deviceName, deadlineMs: 2_000)))
                                    #expect(blocked.code == .hostBlocked)

                                    await daemon.terminate()
                                    #expect(await daemon.waitForEnd() == 0)
                                    try await daemon.start()
                                    try await Self.everythingElseWorks(other, otherVMM, daemon)

                                    try await server.answer()
                                    #expect(try await group.next() == [0])
                                }
                                let state = try await daemon.connect().settledStatus(of: device)
                                #expect(state.runState == .running)
                                #expect(state.asOf == nil)
                            }
                        }
                    }
                }
            }
        }

        @Test func openingADeviceWhoseServerIsSilentEndsAtTheDeadline() async throws {
            try await Guest.withBlockDevice { other in
                try await Guest.withVDUSEDevice { device, server in
                    try await Guest.withDaemon { daemon in
                        try await other.withVMM { otherVMM in
                            let client = try daemon.connect()
                            try await server.silence()
                            let error = try await client.refusal(
                                of: DeviceOpenMethod.self,
                                .init(device: device.deviceName, deadlineMs: 2_000, initialize: .init()))
                            #expect(error.code == .deadlineExceeded)
                            try await Self.everythingElseWorks(other, otherVMM, daemon)
                            try await Self.waitUntilReported(device, client)
                            // The call sleeps in the daemon itself, whose process cannot end before it returns.
                            await daemon.terminate()
                            try await Guest.wait(until: "the daemon listens no more") {
                                (try? daemon.connect()) == nil
                            }
                            try await server.answer()
                            #expect(await daemon.waitForEnd() == 0)
                        }
                        try await daemon.start()
                        let state = try await daemon.connect().settledStatus(of: device)
                        #expect(state.runState == .idle)
                    }
                }
            }
        }

        private static func waitUntilReported(_ device: GuestDevice, _ client: ControlClient) async throws {
            // A call of a caller who has given up is left a while before it counts as stuck.
            try await client.waitForHealth { problems in
                problems.contains { $0.kind == .stuckCall && $0.device?.string == device.name }
            }
        }

        private static func everythingElseWorks(
            _ device: GuestDevice, _ vmm: StandInVMM, _ daemon: DaemonInGuest
        ) async throws {
            let client = try daemon.connect()
            #expect(try await client.devices().count == 2)
            #expect(try await vmm.waitForCompletions(20).done)
            _ = try await client.suspend(device)
            _ = try await vmm.status()
            #expect(try await vmm.watch(milliseconds: 50).completed == 0)
            _ = try await client.resume(device)
            try await vmm.kick()
            #expect(try await vmm.waitForCompletions(20).done)
        }

        private static func waitUntilStuck(_ pid: Int32) async throws {
            try await Guest.wait(until: "process \(pid) sleeps uninterruptibly") {
                try Guest.statFields(of: pid).first == "D"
            }
        }
    }
}
