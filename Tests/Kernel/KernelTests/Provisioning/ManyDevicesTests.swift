import ControlAPI
import DeviceState
import Testing
import Virtio

extension KernelTier {
    @Suite struct ManyDevicesTests {
        private static let count = 200

        @Test func twoHundredAreCreatedListedConfiguredAndDeleted() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let watch = try await HealthWatch.start(daemon)
                let names = (0..<Self.count).map { "many\($0)" }
                var nodes: Set<String> = []
                for (index, name) in names.enumerated() {
                    let made = try await client.add(name) { definition in
                        definition.mac = Self.address(index, 0)
                        definition.driver = .vhostVDPA
                    }
                    try nodes.insert(#require(made.node))
                }
                #expect(nodes.count == Self.count)
                let listed = try await client.devices()
                #expect(Set(listed.map(\.name.string)) == Set(names))
                #expect(Set(listed.compactMap(\.node)) == nodes)

                try await Self.forEach(of: names, daemon) { client, index, name in
                    let address = Self.address(index, 1)
                    let set = try await client.set(name, mac: address)
                    #expect(set.mac == address)
                }
                for (index, name) in names.enumerated() {
                    try #require(try await client.configuration(of: name).net?.macAddress == Self.address(index, 1))
                }
                // One that is held does not keep the others from being deleted.
                let held = try #require(try await client.info(of: "many100").node)
                try await GuestDevice(name: "many100", node: held).withVMM { vmm in
                    try await Self.forEach(of: names, daemon) { client, _, name in
                        if name == "many100" {
                            let refusal = try await client.refusalToDelete(name)
                            #expect(refusal.code == .deviceBusy)
                        } else {
                            let state = try await client.delete(name)
                            #expect(state.runState == .gone)
                        }
                    }
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                }
                #expect(try Guest.busDevices == ["many100"])
                #expect(try await client.delete("many100").runState == .gone)
                #expect(try await client.devices().isEmpty)
                let problems = try await watch.finish()
                #expect(problems.isEmpty, "\(problems)")
            }
        }

        /// From several clients at once, each with its share.
        private static func forEach(
            of names: [String], _ daemon: DaemonInGuest,
            _ act: @escaping @Sendable (ControlClient, Int, String) async throws -> Void
        ) async throws {
            let clients = 8
            try await withThrowingTaskGroup { group in
                for first in 0..<clients {
                    group.addTask {
                        let client = try daemon.connect()
                        for index in stride(from: first, to: names.count, by: clients) {
                            try await act(client, index, names[index])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        private static func address(_ index: Int, _ generation: UInt8) -> MACAddress? {
            MACAddress(bytes: [0x52, 0x54, generation, 0, UInt8(index >> 8), UInt8(truncatingIfNeeded: index)])
        }
    }
}
