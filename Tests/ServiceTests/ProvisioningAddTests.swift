import JSON
import Testing
import VDPA
import Virtio

@Suite("Creating devices")
struct ProvisioningAddTests {
    private static let basic: JSONValue = ["name": "vm1", "mgmtdev": "simnet0"]

    // MARK: What is asked for

    /// A parameter, and what `device.config` shows of it.
    struct Given: Sendable, CustomTestStringConvertible {
        let params: [JSONMember]
        var mac: String?
        var mtu: Int?
        /// What is offered; by itself all that the management device can provide.
        var features: UInt64 = 0x3_0883_0028

        var testDescription: String { JSONValue.object(params).jsonText() }

        init(_ params: JSONValue, mac: String? = nil, mtu: Int? = 1_500, features: UInt64 = 0x3_0883_0028) {
            if case .object(let members) = params { self.params = members } else { self.params = [] }
            self.mac = mac
            self.mtu = mtu
            self.features = features
        }
    }

    static let given = [
        Given([:]),
        Given(["mac": "02:00:00:00:00:07"], mac: "02:00:00:00:00:07"),
        Given(["mac": "AE:00:00:00:00:0F"], mac: "ae:00:00:00:00:0f"),
        Given(["mtu": 68], mtu: 68), Given(["mtu": 9_000], mtu: 9_000), Given(["mtu": 65_535], mtu: 65_535),
        Given(["features": ["VERSION_1", "ACCESS_PLATFORM"]], mtu: nil, features: 0x3_0000_0000),
        Given(["features": ["bit32", "bit33", "MTU"]], features: 0x3_0000_0008),
        Given(["features": ["0x300000020", "MTU"]], features: 0x3_0000_0028),
        Given(["features": ["0x308830028"]]),
        Given(
            ["mac": "02:00:00:00:00:07", "mtu": 1_400, "features": ["MAC", "MTU", "VERSION_1", "0x200000000"]],
            mac: "02:00:00:00:00:07", mtu: 1_400, features: 0x3_0000_0028),
    ]

    @Test(arguments: given) func whatIsGivenIsReadBack(given: Given) async throws {
        try await withDaemon { daemon, client in
            let params = given.params.reduce(Self.basic) { $0.setting($1.name, to: $1.value) }
            let added = try client.call("device.add", params)
            #expect(added["device"] == "vm1")
            #expect(added["managementDevice"] == "simnet0")
            #expect(added["runState"] == "idle")
            #expect(added["access"] == "none")
            let device = try client.device("vm1")
            #expect(device["managementDevice"] == "simnet0")
            #expect(device["class"] == "net")
            #expect(device["queueCount"] == 3)
            let config = try client.call("device.config", ["device": "vm1"])
            #expect(config["features"]?.mask == given.features)
            #expect(config["net"]?["mtuBytes"]?.number == given.mtu)
            if let mac = given.mac { #expect(config["net"]?["mac"]?.text == mac) }
            #expect(try RestartTests.records(daemon, of: "vm1") == [])
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test func blockDevicesAreCreatedToo() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "vm1-disk", "mgmtdev": "simblk0", "driver": "vhost_vdpa"])
            let config = try client.call("device.config", ["device": "vm1-disk"])
            #expect(config["class"] == "block")
            #expect(config["block"]?["capacitySectors"] == 262_144)
            try daemon.hold("vm1-disk")
            #expect(try client.call("device.suspend", ["device": "vm1-disk"])["runState"] == "suspended")
        }
    }

    static let goodNames = [
        "a", "0", "...", "-", "_", "vm1.net_0-A", String(repeating: "x", count: 64), ".hidden", "constructor",
    ]

    @Test(arguments: goodNames) func anyNameWithinTheRulesCanBeGiven(name: String) async throws {
        try await withDaemon { _, client in
            let added = try client.call("device.add", ["name": .string(name), "mgmtdev": "simnet0"])
            #expect(added["device"]?.text == name)
            #expect(try client.deviceNames() == ["blk0", name, "net0"].sorted())
            try client.call("device.delete", ["device": .string(name)])
            #expect(try client.deviceNames() == ["blk0", "net0"])
        }
    }

    // MARK: Drivers

    /// How the host binds by itself.
    enum Host: CaseIterable, Sendable {
        case leavesUnbound, bindsToVhost, bindsToVirtio

        func prepare(_ daemon: DaemonUnderTest) throws {
            if self == .bindsToVirtio { try daemon.simulated.control(.loadFirst(.virtioVDPA)) }
            if self == .leavesUnbound { try OtherAdministrator(of: daemon).make(.setAutoprobe(false)) }
        }

        var driver: String? {
            switch self {
            case .leavesUnbound: nil
            case .bindsToVhost: "vhost_vdpa"
            case .bindsToVirtio: "virtio_vdpa"
            }
        }
    }

    @Test(arguments: ["vhost_vdpa", "virtio_vdpa", "none", nil], Host.allCases)
    func theDriverIsTheOneThatIsAskedFor(driver: String?, host: Host) async throws {
        try await withDaemon { daemon, client in
            try host.prepare(daemon)
            let params = driver.map { Self.basic.setting("driver", to: .string($0)) } ?? Self.basic
            let added = try client.call("device.add", params)
            let expected = driver == "none" ? nil : driver ?? host.driver
            #expect(added["driver"]?.text == expected)
            #expect((added["node"] != nil) == (expected == "vhost_vdpa"))
            #expect(try client.device("vm1")["driver"]?.text == expected)
            #expect(added["access"] == (expected == "virtio_vdpa" ? "host" : "none"))
            // The host does by itself what it did before.
            let next = try client.call("device.add", ["name": "next", "mgmtdev": "simnet0"])
            #expect(next["driver"]?.text == host.driver)
        }
    }

    /// No other driver has the device for a moment: virtio_vdpa would start it.
    @Test func noOtherDriverSeesTheDevice() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.control(.loadFirst(.virtioVDPA))
            try client.call("device.add", Self.basic.setting("driver", to: "vhost_vdpa"))
            #expect(try daemon.simulated.count("vm1", .unbind) == 0)
            #expect(try daemon.simulated.count("vm1", .bind) == 1)
            #expect(try daemon.simulated.resets("vm1") == 0)
        }
    }

    // MARK: Several at once

    @Test func twoAtTheSameTimeAreBoundAsAsked() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.control(.loadFirst(.virtioVDPA))
            try daemon.simulated.stick(nil, .create)
            let other = try daemon.connect()
            let first = try client.send("device.add", Self.basic.setting("driver", to: "vhost_vdpa"))
            let second = try other.send("device.add", ["name": "vm2", "mgmtdev": "simblk0", "driver": "none"])
            let third = try other.send("device.add", ["name": "vm3", "mgmtdev": "simnet0"])
            try daemon.simulated.unstick(nil, .create)
            #expect(try client.result(of: first)["driver"] == "vhost_vdpa")
            #expect(try other.result(of: second)["driver"] == nil)
            #expect(try other.result(of: third)["driver"] == "virtio_vdpa")
            #expect(try client.deviceNames() == ["blk0", "net0", "vm1", "vm2", "vm3"])
            #expect(try client.isAutoprobing())
        }
    }

    @Test func ofTwoWithOneNameOneIsCreated() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .create)
            let other = try daemon.connect()
            let first = try client.send("device.add", Self.basic.setting("mtu", to: 1_400))
            let second = try other.send("device.add", Self.basic.setting("mtu", to: 1_500))
            try daemon.simulated.unstick(nil, .create)
            var refusals: [String] = []
            for (client, id) in [(client, first), (other, second)] {
                do { _ = try client.result(of: id) } catch let failure as Failure { refusals.append(failure.name) }
            }
            #expect(refusals == ["alreadyExists"])
            #expect(try client.deviceNames() == ["blk0", "net0", "vm1"])
        }
    }

    @Test func pipelinedCallsAreDoneInTheirOrder() async throws {
        try await withDaemon { _, client in
            let target: JSONValue = ["device": "vm1"]
            let add = Self.basic.setting("driver", to: "vhost_vdpa")
            for _ in 1...3 {
                let ids = try client.pipeline([
                    ("device.add", add), ("device.status", target), ("device.suspend", target),
                    ("device.delete", target), ("device.add", add), ("device.delete", target),
                    ("device.delete", target),
                ])
                #expect(try client.result(of: ids[0])["driver"] == "vhost_vdpa")
                #expect(try client.result(of: ids[1])["runState"] == "idle")
                #expect(try client.failure(of: ids[2]).name == "notRunning")
                #expect(try client.result(of: ids[3])["runState"] == "gone")
                #expect(try client.result(of: ids[4])["driver"] == "vhost_vdpa")
                #expect(try client.result(of: ids[5])["runState"] == "gone")
                #expect(try client.failure(of: ids[6]).name == "deviceNotFound")
            }
            #expect(try client.deviceNames() == ["blk0", "net0"])
        }
    }

    @Test func manyAreCreatedListedAndDeleted() async throws {
        try await withDaemon { daemon, client in
            let names = (10..<50).map { "vm\($0)" }
            let adds = try names.map { name in
                try client.send("device.add", ["name": .string(name), "mgmtdev": "simnet0", "driver": "vhost_vdpa"])
            }
            for id in adds { #expect(try client.result(of: id)["node"] != nil) }
            let devices = try client.call("device.list")["devices"]?.elements ?? []
            #expect(Set(devices.compactMap { $0["node"]?.text }).count == names.count + 2)
            for name in names { try client.call("device.delete", ["device": .string(name)]) }
            try client.expectUntouched(daemon)
        }
    }
}
