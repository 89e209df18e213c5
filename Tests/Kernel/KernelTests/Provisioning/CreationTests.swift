import ControlAPI
import DeviceState
import Foundation
import JSON
import Testing
import Virtio

extension KernelTier {
    /// `device.add` and what can be read back.
    @Suite struct CreationTests {
        @Test(arguments: [DriverSelection.vhostVDPA, .virtioVDPA, .none], [true, false])
        func theDriverIsTheOneThatWasAskedFor(_ driver: DriverSelection, autoprobe: Bool) async throws {
            try await Guest.withEmptyBus(autoprobe: autoprobe) { daemon, client in
                let made = try await client.add("net0") { $0.driver = driver }
                let expected = driver == .none ? nil : driver.rawValue
                #expect(made.driver == expected)
                #expect(Guest.driver(of: "net0") == expected)
                #expect((made.node != nil) == (driver == .vhostVDPA))
                if let node = made.node { #expect(Guest.exists(node)) }
                #expect(made.managementDevice == "vdpasim_net")
                #expect(try Guest.autoprobe == autoprobe)
                #expect(try daemon.change(of: "net0") == nil)
                #expect(try await client.delete("net0", confirm: driver == .virtioVDPA).runState == .gone)
                #expect(try Guest.busDevices == [])
            }
        }

        /// Then the kernel decides, as ever.
        @Test(arguments: [(true, "virtio_vdpa"), (false, nil)])
        func withoutADriverTheKernelDecides(autoprobe: Bool, expected: String?) async throws {
            try await Guest.withEmptyBus(autoprobe: autoprobe) { _, client in
                #expect(try await client.add("net0").driver == expected)
                #expect(Guest.driver(of: "net0") == expected)
                try await client.delete("net0", confirm: true)
            }
        }

        @Test func whatWasAskedForIsReadBack() async throws {
            try await Guest.withEmptyBus { _, client in
                let mac = try #require(MACAddress("52:54:00:12:34:56"))
                let features = ["MAC", "MTU", "STATUS", "bit32", "0x200000000"]
                try await client.add("net0") { definition in
                    definition.mac = mac
                    definition.mtu = 1_400
                    definition.features = features
                    definition.driver = .vhostVDPA
                }
                let info = try await client.info(of: "net0")
                #expect(info.deviceClass == .net)
                #expect(info.driver == "vhost_vdpa")
                #expect(info.node?.hasPrefix("/dev/vhost-vdpa-") == true)
                #expect(info.queueCount == 3)
                #expect(info.maximumQueueSize == 256)
                let configuration = try await client.configuration(of: "net0")
                #expect(configuration.net?.macAddress == mac)
                #expect(configuration.net?.mtu == 1_400)
                #expect(configuration.net?.isLinkUp == true)
                #expect(configuration.features?.names == ["MTU", "MAC", "STATUS", "VERSION_1", "ACCESS_PLATFORM"])
                // Nobody has negotiated, which is not the same as nothing.
                #expect(configuration.negotiatedFeatures == nil)
            }
        }

        @Test func aBlockDeviceShowsItsWholeConfiguration() async throws {
            try await Guest.withEmptyBus { _, client in
                try await client.add("blk0", on: "vdpasim_blk") { $0.driver = .vhostVDPA }
                let configuration = try await client.configuration(of: "blk0")
                #expect(configuration.deviceClass == .block)
                #expect(configuration.block?.capacity == 0x40000)
                #expect(configuration.block?.blockSize == 512)
                #expect(configuration.net == nil)
            }
        }

        @Test func theNodeGetsItsRightsOnceTheBindingIsComplete() async throws {
            try await Guest.withEmptyBus { _, client in
                let rights = NodeRights(owner: "1000", group: "nogroup", mode: NodeMode("0640"))
                let made = try await client.add("net0") { definition in
                    definition.driver = .vhostVDPA
                    definition.node = rights
                }
                let attributes = try FileManager.default.attributesOfItem(atPath: try #require(made.node))
                #expect(attributes[.ownerAccountID] as? Int == 1_000)
                #expect(attributes[.groupOwnerAccountName] as? String == "nogroup")
                #expect(attributes[.posixPermissions] as? Int == 0o640)
            }
        }

        /// What cannot be done to the node is found out after the device was made.
        @Test func aFailureAfterTheCreationTakesTheDeviceBack() async throws {
            try await Guest.withEmptyBus { daemon, client in
                let error = try await client.refusalToAdd("net0") { definition in
                    definition.driver = .vhostVDPA
                    definition.node = NodeRights(owner: "nobody-of-that-name")
                }
                #expect(error.code == .invalidParams)
                #expect(error.message.contains("nobody-of-that-name"))
                #expect(error.message.contains("deleted again"))
                #expect(error.stateAfter?.runState == .gone)
                #expect(try Guest.busDevices == [])
                #expect(try await client.devices().isEmpty)
                #expect(try daemon.change(of: "net0") == nil)
            }
        }
    }
}
