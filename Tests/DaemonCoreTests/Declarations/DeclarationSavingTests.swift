import ControlAPI
import JSON
import SeededGenerator
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite("Devices that are saved")
struct DeclarationSavingTests {
    private func save(
        _ names: [String]? = nil, on host: RunningHost = DeclarationFixture.host(),
        declaredIn set: DeclarationSet = DeclarationSet()
    ) throws -> DeclarationSaving {
        try DeclarationSaving(names?.map(DeclarationFixture.name), on: host, declaredIn: set, directory: "/d")
    }

    @Test("What the device would be anyway is left out")
    func usual() throws {
        let saving = try save()
        #expect(saving.files.map(\.path) == ["/d/net0.json"])
        #expect(
            saving.files.first?.text == """
                {
                  "devices": [
                    {
                      "name": "net0",
                      "mgmtdev": "simnet",
                      "mac": "02:00:00:00:00:01",
                      "driver": "vhost_vdpa"
                    }
                  ]
                }

                """)
    }

    @Test("Loading what was saved, and saving it again, changes nothing", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let host = RunningHost.random(using: &generator)
        let saving = try save(on: host)
        let set = DeclarationSet(files: saving.files.map { ($0.path, .success(Array($0.text.utf8))) })
        #expect(set.problems.isEmpty)
        #expect(set.ownFiles.count == saving.files.count)
        #expect(set.entries.count == host.inventory.devices.count { $0.managementDevice != nil })
        for entry in set.entries {
            let wanted = try entry.declaration.definition.checked(against: host.inventory)
            #expect(entry.compared(with: host, features: wanted.features).fields.isEmpty, "\(entry)")
        }
        #expect(try DeclarationPlan(set.entries, on: host, recreate: false).steps.isEmpty)
        let again = try save(on: host, declaredIn: set)
        #expect(again.files.isEmpty)
        #expect(again.devices.allSatisfy { $0.state != .written })
    }

    @Test("vdpad replaces its own file, and keeps autostart")
    func ownFile() throws {
        var definition = DeviceDefinition(name: DeclarationFixture.name("net0"), managementDevice: "simnet")
        definition.mtu = 9_000
        let file = DeclarationFile(declarations: [Declaration(definition, autostart: false)])
        let saving = try save(declaredIn: DeclarationFixture.set(["net0.json": file.text]))
        #expect(saving.devices.map(\.state) == [.written])
        #expect(saving.files.first?.text.contains(#""autostart": false"#) == true)
        #expect(saving.files.first?.text.contains("mtu") == false)
    }

    @Test(
        "A declaration of somebody else's that is right stays",
        arguments: [
            "other.json": #"{"devices": [{"name": "net0", "mgmtdev": "simnet"}]}"#,
            "net0.json": #"{"devices": [{"name": "net0", "mgmtdev": "simnet"}]} // the first"#,
        ])
    func others(name: String, text: String) throws {
        let saving = try save(declaredIn: DeclarationFixture.set([name: text]))
        #expect(saving.files.isEmpty)
        #expect(saving.devices.map(\.state) == [.unchanged])
        #expect(saving.devices.map(\.path) == ["/d/\(name)"])
    }

    @Test(
        "One that is not is refused by its file's name",
        arguments: [
            ("other.json", #"{"devices": [{"name": "net0", "mgmtdev": "simnet", "mtu": 9000}]}"#),
            ("net0.json", #"{"devices": [{"name": "net0", "mgmtdev": "simnet", "mtu": 9000}]} // by hand"#),
            ("net0.json", "{"),
            ("net0.json", #"{"devices": []} // nothing"#),
            ("net0.json", #"{"devices": [{"name": "net1", "mgmtdev": "simnet"}]}"#),
            (
                "net0.json",
                DeclarationFile(
                    declarations: ["net0", "net1"].map {
                        Declaration(DeviceDefinition(name: DeclarationFixture.name($0), managementDevice: "other"))
                    }
                ).text
            ),
        ])
    func refused(name: String, text: String) throws {
        let error = try #require(throws: ControlError.self) {
            try save(declaredIn: DeclarationFixture.set([name: text]))
        }
        #expect(error.code == .alreadyExists)
        #expect(error.message.contains("/d/\(name)"))
    }

    @Test("A device that is declared twice is refused by both files")
    func duplicate() throws {
        let text = #"{"devices": [{"name": "net0", "mgmtdev": "simnet"}]}"#
        let error = try #require(throws: ControlError.self) {
            try save(declaredIn: DeclarationFixture.set(["1.json": text, "2.json": text]))
        }
        #expect(error.code == .alreadyExists)
    }

    @Test("A device that no management device has created is left out, or refused when it is named")
    func unmanaged() throws {
        var host = DeclarationFixture.host()
        host.add(DeclarationFixture.network("snet0", by: nil, number: 1), nil)
        let saving = try save(on: host)
        #expect(saving.devices.map(\.state) == [.written, .skipped])
        #expect(throws: ControlError.self) { try save(["snet0"], on: host) }
        let error = try #require(throws: ControlError.self) { try save(["net9"], on: host) }
        #expect(error.code == .deviceNotFound)
    }
}

extension RunningHost {
    /// Some devices as a kernel could have them.
    fileprivate static func random(using generator: inout SeededGenerator) -> RunningHost {
        var host = DeclarationFixture.host()
        host.inventory.devices = []
        let optional: [Features] = [3, 5, 16, 22, 17, 33, 61].map { Features(bit: $0) }
        let offered = optional.reduce(Features.version1) { $0.union($1) }
        host.inventory.managementDevices[0].features = offered
        for number in 0..<UInt32.random(in: 1...6, using: &generator) {
            var device = DeclarationFixture.network("dev\(number)", number: number)
            var configuration = NetlinkConfiguration()
            if generator.one(in: 8) { device.managementDevice = nil }
            if generator.one(in: 3) {
                device.deviceClass = .block
                device.managementDevice = "pci/0000:01:00.2"
                configuration.deviceClass = .block
                configuration.features = .version1
            } else {
                configuration.deviceClass = .net
                configuration.features =
                    generator.one(in: 2)
                    ? offered
                    : optional.reduce(Features.version1) { set, bit in
                        generator.one(in: 2) ? set.union(bit) : set
                    }
                let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &generator) }
                var network = NetworkConfiguration(
                    bytes: [bytes[0] & 0xfe] + bytes[1...], features: configuration.features ?? [])
                if generator.one(in: 4), network.macAddress != nil {
                    network.macAddress = MACAddress("00:00:00:00:00:00")
                }
                network.mtu = network.mtu.map { generator.one(in: 2) ? 1_500 : max($0, 68) }
                network.maximumQueuePairs = network.maximumQueuePairs.map { $0 % 32_767 + 1 }
                configuration.network = network
            }
            device.driver = generator.pick([.vhostVDPA, .virtioVDPA, .other("third"), nil])
            if device.driver != .vhostVDPA {
                device.node = nil
                device.nodeStatus = nil
            } else if generator.one(in: 2) {
                device.nodeStatus = NodeStatus(
                    userID: 0, user: "root", groupID: 36, group: generator.pick(["kvm", nil]),
                    mode: generator.pick([0o660, 0o600, 0o666]))
            }
            host.add(device, configuration)
        }
        return host
    }
}
