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

                for (index, name) in names.enumerated() {
                    let address = Self.address(index, 1)
                    let target = DeviceTarget(device: try DeviceName(name))
                    let set = try await client.call(DeviceSetMethod.self, .init(target: target, mac: address))
                    try #require(set.mac == address)
                }
                for (index, name) in names.enumerated() {
                    try #require(try await client.configuration(of: name).net?.macAddress == Self.address(index, 1))
                }
                // One that is held does not keep the others from being deleted.
                let held = try #require(try await client.info(of: "many100").node)
                try await GuestDevice(name: "many100", node: held).withVMM { vmm in
                    for name in names where name != "many100" {
                        try #require(try await client.delete(name).runState == .gone)
                    }
                    #expect(try await client.refusalToDelete("many100").code == .deviceBusy)
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

        private static func address(_ index: Int, _ generation: UInt8) -> MACAddress? {
            MACAddress(bytes: [0x52, 0x54, generation, 0, UInt8(index >> 8), UInt8(truncatingIfNeeded: index)])
        }
    }
}
