import ControlAPI
import JSON
import Testing
import Virtio

extension KernelTier {
    /// A kernel that cannot be asked over netlink.
    @Suite struct MissingSupportTests {
        @Test func withoutTheModuleTheDaemonRunsAndSaysSo() async throws {
            try await Guest.unloadModules()
            try await Guest.withDaemon { daemon in
                let client = try daemon.connect()
                #expect(try await client.devices().isEmpty)
                let problem = try #require(try await client.health().problems.first)
                #expect(problem.kind == .netlinkUnavailable)
                #expect(problem.message.contains("vdpa"))

                // As soon as there is a device, it is found.
                try await Guest.withNetDevice { device in
                    let state = try await client.status(of: device)
                    #expect(state.runState == .idle)
                    #expect(try await client.devices().map(\.name.string) == [device.name])
                    #expect(try await client.health().healthy)
                }
            }
            try await Guest.unloadModules()
        }

        @Test func inAnotherNetworkNamespaceSysfsStillListsDevices() async throws {
            try await Guest.withBlockDevice { device in
                try await Guest.withDaemon(wrapper: ["unshare", "--net"]) { daemon in
                    let client = try daemon.connect()
                    let devices = try await client.devices()
                    #expect(devices.map(\.name.string) == [device.name])
                    #expect(devices.first?.node == device.node)
                    let problem = try #require(try await client.health().problems.first)
                    #expect(problem.kind == .netlinkUnavailable)
                    #expect(problem.message.contains("network namespace"))
                    // Stopping and continuing need no netlink.
                    try await device.withVMM { vmm in
                        #expect(try await client.suspend(device).state.runState == .suspended)
                        _ = try await vmm.status()
                        #expect(try await vmm.watch(milliseconds: 50).completed == 0)
                        #expect(try await client.resume(device).state.runState == .running)
                        try await vmm.kick()
                        #expect(try await vmm.quit().isFlawless)
                    }
                }
            }
        }

        /// Names that the kernel takes and vdpad does not.
        @Test func aDeviceWithAForeignNameDisturbsNobody() async throws {
            try await Guest.withNetDevice { device in
                for name in ["with space", String(repeating: "n", count: 100)] {
                    try await Guest.run("vdpa", "dev", "add", "name", name, "mgmtdev", "vdpasim_net")
                }
                try await Guest.withDaemon { daemon in
                    let client = try daemon.connect()
                    #expect(try await client.devices().map(\.name.string) == [device.name])
                    #expect(try await client.status(of: device).runState == .idle)
                    for name in ["a/b", "..", "with space", "a\\u0000b", String(repeating: "n", count: 4_096)] {
                        let reply = try await client.call(
                            text: #"{"jsonrpc":"2.0","id":1,"method":"device.status","params":{"device":"\#(name)"}}"#)
                        #expect(reply["error"]?["code"] == -32602, "\(name)")
                    }
                }
                for name in ["with space", String(repeating: "n", count: 100)] {
                    try await Guest.run("vdpa", "dev", "del", name)
                }
            }
        }
    }
}
