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

                // Every tenth gets another address.
                for index in stride(from: 0, to: Self.count, by: 10) {
                    let address = Self.address(index, 1)
                    try #require(try await client.set(names[index], mac: address).mac == address)
                }
                for (index, name) in names.enumerated() {
                    let address = Self.address(index, index.isMultiple(of: 10) ? 1 : 0)
                    try #require(try await client.configuration(of: name).net?.macAddress == address)
                }
                // One that is held does not keep the others from being deleted.
                let held = try #require(try await client.info(of: "many25").node)
                try await GuestDevice(name: "many25", node: held).withVMM { vmm in
                    for name in names where name != "many25" {
                        try #require(try await client.delete(name).runState == .gone)
                    }
                    #expect(try await client.refusalToDelete("many25").code == .deviceBusy)
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                }
                #expect(try Guest.busDevices == ["many25"])
                #expect(try await client.delete("many25").runState == .gone)
                #expect(try await client.devices().isEmpty)
                let problems = try await watch.finish()
                #expect(problems.isEmpty, "\(problems)")
            }
        }

        private static func address(_ index: Int, _ generation: UInt8) -> MACAddress? {
            MACAddress(bytes: [0x52, 0x54, generation, 0, UInt8(index >> 8), UInt8(truncatingIfNeeded: index)])
        }
    }
}
