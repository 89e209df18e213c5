import ControlAPI
import Foundation
import Testing
import Virtio

extension YamaTier {
    @Suite struct YamaRefusalTests {
        @Test func theRefusalNamesYama() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let client = try daemon.connect()
                        #expect(try await vmm.waitForCompletions(20).done)
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self, .init(target: device.params))
                        #expect(error.code == .permissionDenied)
                        #expect(error.message.contains("Yama"))
                        #expect(error.message.contains("ptrace_scope"))
                        #expect(try await vmm.waitForCompletions(20).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        /// What the next daemon may not look at it reports; whoever passes the descriptor resumes the device.
        @Test func aStopThatCannotBeLookedAtAfterARestartIsReported() async throws {
            let socket = "/tmp/vmm-\(UUID().uuidString).sock"
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(StandInVMM.Options(descriptorSocket: socket)) { vmm in
                        let passed = [try await StandInVMM.receiveDescriptor(from: socket)]
                        _ = try await daemon.connect().suspend(device, passing: passed)
                        await daemon.kill()
                        try await daemon.start()
                        let client = try daemon.connect()
                        // Its turn comes after the recovery's.
                        let dryRun = try await client.call(
                            DeviceResumeMethod.self, .init(target: device.params, dryRun: true), passing: passed)
                        #expect(dryRun.state.runState == .suspended)
                        let problem = try #require(try await client.health().problems.first)
                        #expect(problem.kind == .recoveryFailed)
                        #expect(problem.device?.string == device.name)
                        let start = try await client.resume(device, passing: passed)
                        #expect(start.state.runState == .running)
                        #expect(try await client.health().healthy)
                        try await vmm.kick()
                        #expect(try await vmm.waitForCompletions(20).done)
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        /// It needs no ptrace right.
        @Test func aPassedDescriptorServesAllTheSame() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    let situation = HolderSituation(testDescription: "passed", help: .descriptor)
                    try await KernelTier.SuspensionUnderIOTests.suspendAndResume(device, daemon, situation, cycles: 2)
                }
            }
        }
    }
}
