import Foundation
import Testing

extension KernelTier {
    @Suite struct VDUSEServerTests {
        @Test func answersTheKernelsMessages() async throws {
            try await Guest.withVDUSEDevice { device, server in
                try await device.withVMM(StandInVMM.Options(depth: 0)) { vmm in
                    #expect(vmm.ready.deviceId == 2)
                    #expect(vmm.ready.backendFeatures & (1 << 4 | 1 << 5) == 0)
                    let status = try await vmm.status()
                    #expect(status.deviceStatus == 0x0f)
                    #expect(try await server.status().deviceStatus == 0x0f)
                    #expect(try await vmm.suspend().errno == EOPNOTSUPP)
                }
            }
        }

        @Test func silenceHoldsTheCallUntilItEnds() async throws {
            try await Guest.withVDUSEDevice { device, server in
                try await device.withVMM(StandInVMM.Options(depth: 0)) { vmm in
                    let before = try await server.silence().answered
                    try await withThrowingTaskGroup(of: [Int].self) { group in
                        group.addTask { try await vmm.bases() }
                        let meanwhile = try await server.status()
                        #expect(meanwhile.answered == before)
                        try await server.answer()
                        #expect(try await group.next() == [0])
                    }
                    #expect(try await server.status().answered > before)
                }
            }
        }
    }
}
