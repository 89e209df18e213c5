import ControlAPI
import Foundation
import Testing

extension KernelTier {
    @Suite struct HolderTests {
        @Test(arguments: [StandInVMM.Options(), .init(dumpable: false, user: 1_000, newNamespaces: true)])
        func theHolderIsFound(_ options: StandInVMM.Options) async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    let nobody = try await client.holders(of: device)
                    #expect(nobody.holders.isEmpty && nobody.complete)
                    try await device.withVMM(options) { vmm in
                        let found = try await client.holders(of: device)
                        #expect(found.complete)
                        let holder = try #require(found.holders.first)
                        #expect(found.holders.count == 1)
                        #expect(holder.pid == vmm.pid)
                        #expect(holder.comm == "StandInVMM")
                        #expect(holder.startTime == (try vmm.startTime()))
                        #expect(holder.descriptor == (try vmm.descriptorNumber(of: device.node)))
                    }
                    #expect(try await client.holders(of: device).holders.isEmpty)
                }
            }
        }

        /// Its folder of descriptors in /proc is empty; those of its threads are not.
        @Test func aHolderWhoseFirstThreadHasExitedIsFoundAndTheRefusalSaysWhatToDo() async throws {
            let socket = "/tmp/vmm-\(UUID().uuidString).sock"
            let options = StandInVMM.Options(leaderless: true, descriptorSocket: socket)
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM(options) { vmm in
                        #expect(try await vmm.waitForCompletions(20).done)
                        let client = try daemon.connect()
                        let found = try await client.holders(of: device)
                        #expect(found.holders.map(\.pid) == [vmm.pid])
                        #expect(found.holders.map(\.startTime) == [try vmm.startTime()])
                        let error = try await client.refusal(
                            of: DeviceSuspendMethod.self, .init(target: device.params))
                        #expect(error.code == .notSupported)
                        #expect(error.message.contains("main thread"))
                        #expect(try await vmm.waitForCompletions(20).done)

                        let descriptor = try await StandInVMM.receiveDescriptor(from: socket)
                        let stop = try await client.suspend(device, passing: [descriptor])
                        #expect(stop.state.runState == .suspended)
                        _ = try await vmm.status()
                        #expect(try await vmm.watch(milliseconds: 50).completed == 0)
                        let start = try await client.resume(device, passing: [descriptor])
                        #expect(start.state.runState == .running)
                        try await vmm.kick()
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        @Test func aProcessThatDoesNotHoldTheDeviceIsRefused() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon { daemon in
                    try await device.withVMM { vmm in
                        let client = try daemon.connect()
                        for pid: Int32 in [1, 4_194_304] {
                            let error = try await client.refusal(
                                of: DeviceSuspendMethod.self,
                                .init(target: .init(device: device.deviceName, holder: .init(pid: pid))))
                            #expect(error.code == .invalidParams)
                            #expect(error.message.contains("\(pid)"))
                        }
                        #expect(try await vmm.waitForCompletions(20).done)
                    }
                }
            }
        }
    }
}
