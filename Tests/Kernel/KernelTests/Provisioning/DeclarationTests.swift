import ControlAPI
import Foundation
import Testing
import Virtio

extension KernelTier {
    /// Devices that are declared in files.
    @Suite struct DeclarationTests {
        /// Where the files stay for the boot that comes after this one.
        static let saved = Guest.results + "/devices.d"

        @Test func whatIsSavedReturnsWithTheDaemonAndIsTheSame() async throws {
            try? FileManager.default.removeItem(atPath: Self.saved)
            try await Guest.withEmptyBus(declarations: Self.saved) { daemon, client in
                try await client.add("declared0") { definition in
                    definition.mac = MACAddress("52:54:00:00:00:01")
                    definition.mtu = 1_400
                    definition.driver = .vhostVDPA
                    definition.node = NodeRights(mode: NodeMode("0640"))
                }
                try await client.add("declared1", on: "vdpasim_blk") { $0.driver = .vhostVDPA }
                let saved = try await client.call(DeclarationSaveMethod.self, .init())
                #expect(saved.files.map(\.state) == [.written, .written])
                #expect(try await client.difference().differences == [])
                #expect(
                    try await client.call(DeclarationSaveMethod.self, .init()).files.map(\.state) == [
                        .unchanged, .unchanged,
                    ])

                for name in ["declared0", "declared1"] { try await client.delete(name) }
                let absent = try await client.difference()
                #expect(absent.differences.map(\.state) == [.absent, .absent])
                await daemon.kill()
                try await daemon.start()
                let next = try daemon.connect()
                try await DeclarationTests.expectDeclared(next)
                #expect(try await next.difference().differences == [])
                #expect(try await next.call(DeclarationApplyMethod.self, .init()).actions == [])
            }
        }

        @Test func applyMakesWhatIsDeclaredAndNothingElse() async throws {
            try await Guest.withEmptyBus { daemon, client in
                try await client.add("other0") { $0.driver = DriverSelection.none }
                try FileManager.default.createDirectory(atPath: daemon.declarations, withIntermediateDirectories: true)
                let text = """
                    {"devices": [ // two of them
                      {"name": "a0", "mgmtdev": "vdpasim_net", "mac": "52:54:00:00:00:02", "driver": "vhost_vdpa"},
                      {"name": "a1", "mgmtdev": "vdpasim_net", "driver": "none"}]}
                    """
                try text.write(toFile: daemon.declarations + "/a.json", atomically: true, encoding: .utf8)
                let planned = try await client.call(DeclarationApplyMethod.self, .init(dryRun: true))
                #expect(planned.actions.map(\.outcome) == [.planned, .planned])
                #expect(try Guest.busDevices == ["other0"])
                let applied = try await client.call(DeclarationApplyMethod.self, .init())
                #expect(applied.actions.map(\.outcome) == [.done, .done])
                #expect(try Guest.busDevices == ["a0", "a1", "other0"])

                _ = try await client.set("a0", mac: MACAddress("52:54:00:00:00:03"))
                let different = try #require(try await client.difference().differences.first)
                #expect(different.device.string == "a0")
                #expect(different.fields.map(\.field.rawValue) == ["mac"])
                #expect(try await client.call(DeclarationApplyMethod.self, .init()).actions.map(\.outcome) == [.done])
                #expect(try await client.configuration(of: "a0").net?.macAddress == MACAddress("52:54:00:00:00:02"))
                for name in ["a0", "a1", "other0"] { try await client.delete(name) }
            }
        }

        /// A module that is loaded later brings its management device, without an event of its own.
        @Test func aDeviceIsMadeWhenItsManagementDeviceComes() async throws {
            try await Guest.withEmptyBus { daemon, client in
                await daemon.kill()
                try await Guest.run("rmmod", "vdpa_sim_net")
                try FileManager.default.createDirectory(atPath: daemon.declarations, withIntermediateDirectories: true)
                try #"{"devices": [{"name": "late0", "mgmtdev": "vdpasim_net", "driver": "vhost_vdpa"}]}"#
                    .write(toFile: daemon.declarations + "/late.json", atomically: true, encoding: .utf8)
                try await daemon.start()
                let next = try daemon.connect()
                let problem = try #require(try await next.health().problems.first)
                #expect(problem.kind == .declaration)
                #expect(problem.message.contains("vdpasim_net"))
                try await Guest.run("modprobe", "vdpa_sim_net")
                try await Guest.wait(until: "the device is there") { Guest.driver(of: "late0") == "vhost_vdpa" }
                try await next.delete("late0")
            }
        }

        /// Proves that the two devices are what the first test has saved.
        static func expectDeclared(_ client: ControlClient) async throws {
            #expect(try Guest.busDevices == ["declared0", "declared1"])
            let net = try await client.info(of: "declared0")
            #expect(net.driver == "vhost_vdpa")
            #expect(net.nodeRights?.mode == NodeMode("0640"))
            let configuration = try await client.configuration(of: "declared0").net
            #expect(configuration?.macAddress == MACAddress("52:54:00:00:00:01"))
            #expect(configuration?.mtu == 1_400)
            #expect(try await client.info(of: "declared1").managementDevice == "vdpasim_blk")
        }
    }
}

extension YamaTier {
    /// This guest is booted after the one in which devices were declared.
    @Suite struct DeclaredBeforeTests {
        @Test func declaredDevicesReturnAfterAReboot() async throws {
            let saved = FileManager.default.currentDirectoryPath + "/.build/test-results/kernel/main/devices.d"
            try #require(Guest.exists(saved), "the main boot has declared nothing")
            try await Guest.withEmptyBus(declarations: saved) { _, client in
                try await KernelTier.DeclarationTests.expectDeclared(client)
                #expect(try await client.difference().differences == [])
            }
        }
    }
}

extension ControlClient {
    /// How the running devices differ from what is declared.
    fileprivate func difference() throws -> DeclarationDiffMethod.Result {
        try call(DeclarationDiffMethod.self, .init())
    }
}
