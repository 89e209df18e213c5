import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// `device.set`
    @Suite struct AddressTests {
        private static let address = "52:54:00:0a:0b:0c"

        private static func params(
            _ name: String, _ address: String, confirm: Bool = false
        ) throws -> DeviceSetMethod.Params {
            .init(target: DeviceTarget(device: try DeviceName(name)), mac: MACAddress(address), confirm: confirm)
        }

        @Test(arguments: [DriverSelection.vhostVDPA, .none])
        func theAddressIsReadBack(_ driver: DriverSelection) async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("net0") { $0.driver = driver }
                let result = try await client.call(DeviceSetMethod.self, Self.params("net0", Self.address))
                #expect(result.mac == MACAddress(Self.address))
                #expect(try await client.configuration(of: "net0").net?.macAddress == MACAddress(Self.address))
                let shown = try await IPRoute.show("dev", "config", "show", "net0")
                #expect(shown["config"]?["net0"]?["mac"] == .string(Self.address))
            }
        }

        @Test(arguments: ["01:00:5e:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"])
        func anAddressThatNoDeviceHasIsRefused(address: String) async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("net0") { definition in
                    definition.driver = .vhostVDPA
                    definition.mac = MACAddress(Self.address)
                }
                let error = try await client.refusal(of: DeviceSetMethod.self, Self.params("net0", address))
                #expect(error.code == .invalidParams)
                #expect(try await client.configuration(of: "net0").net?.macAddress == MACAddress(Self.address))
            }
        }

        @Test func aBlockDeviceHasNoAddress() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }
                let error = try await client.refusal(of: DeviceSetMethod.self, Self.params("blk0", Self.address))
                #expect(error.code == .notSupported)
                #expect(error.missing == ["mac"])
            }
        }

        @Test func aHeldDeviceIsChangedOnlyWithConfirm() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let before = try await client.configuration(of: "net0").net?.macAddress
                try await device.withVMM { vmm in
                    #expect(try await vmm.waitForCompletions(20).done)
                    let error = try await client.refusal(of: DeviceSetMethod.self, Self.params("net0", Self.address))
                    #expect(error.code == .invalidParams)
                    #expect(error.message.contains("confirm"))
                    #expect(try await client.configuration(of: "net0").net?.macAddress == before)
                    let result = try await client.call(
                        DeviceSetMethod.self, Self.params("net0", Self.address, confirm: true))
                    #expect(result.mac == MACAddress(Self.address))
                    #expect(try await client.configuration(of: "net0").net?.macAddress == MACAddress(Self.address))
                    #expect(try await vmm.waitForCompletions(20).done)
                    #expect(try await vmm.quit().isFlawless)
                }
            }
        }

        @Test func whatTheHostUsesIsChangedOnlyWithConfirm() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("net0") { $0.driver = .virtioVDPA }
                let error = try await client.refusal(of: DeviceSetMethod.self, Self.params("net0", Self.address))
                #expect(error.code == .invalidParams)
                #expect(error.message.contains("confirm"))
                _ = try await client.call(DeviceSetMethod.self, Self.params("net0", Self.address, confirm: true))
            }
        }

        @Test func theNodesRightsAreChanged() async throws {
            try await Guest.withEmptyBus { _, client in
                let device = try await client.add("net0") { $0.driver = .vhostVDPA }.inGuest
                let rights = NodeRights(owner: "1000", mode: NodeMode("0600"))
                _ = try await client.call(
                    DeviceSetMethod.self, .init(target: .init(device: device.deviceName), node: rights))
                let attributes = try FileManager.default.attributesOfItem(atPath: device.node)
                #expect(attributes[.ownerAccountID] as? Int == 1_000)
                try await client.bind("net0", to: .none)
                let error = try await client.refusal(
                    of: DeviceSetMethod.self, .init(target: .init(device: device.deviceName), node: rights))
                #expect(error.code == .notSupported)
                #expect(error.missing == ["vhost_vdpa"])
            }
        }
    }
}
