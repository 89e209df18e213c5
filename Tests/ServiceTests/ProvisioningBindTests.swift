import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Binding devices and changing them")
struct ProvisioningBindTests {
    private static let net0: JSONValue = ["device": "net0"]
    static let drivers = ["vhost_vdpa", "virtio_vdpa", "none"]

    private static func bind(_ device: String = "net0", to driver: String) -> JSONValue {
        ["device": .string(device), "driver": .string(driver)]
    }

    // MARK: Binding

    @Test(arguments: drivers, drivers) func aDeviceGoesFromOneDriverToAnother(from: String, to: String) async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": .string(from)])
            var params = Self.bind("vm1", to: to)
            if from == "virtio_vdpa", to != from {
                let failure = try client.failure("device.bind", params, is: "invalidParams")
                #expect(failure.message.contains("confirm"), "\(failure)")
                #expect(try daemon.simulated.count("vm1", .unbind) == 0)
                params = params.setting("confirm", to: true)
            }
            let reply = try client.call("device.bind", params)
            #expect(reply["driver"]?.text == (to == "none" ? nil : to))
            #expect((reply["node"] != nil) == (to == "vhost_vdpa"))
            #expect(reply["access"] == (to == "virtio_vdpa" ? "host" : "none"))
            #expect(try client.device("vm1")["driver"]?.text == (to == "none" ? nil : to))
            #expect(try daemon.simulated.count("vm1", .unbind) == (from == "none" || to == from ? 0 : 1))
            #expect(try RestartTests.records(daemon, of: "vm1") == [])
        }
    }

    @Test func aHeldDeviceIsNotTouched() async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0")
            for driver in ["virtio_vdpa", "none"] {
                for confirm in [true, false] {
                    let failure = try client.failure(
                        "device.bind", Self.bind(to: driver).setting("confirm", to: .bool(confirm)), is: "deviceBusy")
                    #expect(failure.data["holders"]?[0]?["pid"]?.number == pid)
                }
            }
            #expect(try daemon.simulated.count("net0", .unbind) == 0)
            // It is where it is to be.
            #expect(try client.call("device.bind", Self.bind(to: "vhost_vdpa"))["driver"] == "vhost_vdpa")
            try daemon.simulated.waitForIO("net0")
            try daemon.simulated.release("net0")
            #expect(try client.call("device.bind", Self.bind(to: "none"))["driver"] == nil)
        }
    }

    @Test func aRefusedDeviceIsBoundAsBefore() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .bind, .ioError, times: 1)
            let failure = try client.failure("device.bind", Self.bind(to: "virtio_vdpa"), is: "kernelError")
            #expect(failure.data["errno"] == "EIO")
            #expect(failure.message.contains("bound to vhost_vdpa again"), "\(failure)")
            #expect(try client.device("net0")["driver"] == "vhost_vdpa")
            #expect(try RestartTests.records(daemon) == [])
            try daemon.hold("net0")
        }
    }

    @Test(arguments: [SimulatedCall.unbind, .bind]) func aBindingGoesOnAfterItsDeadline(step: SimulatedCall)
        async throws
    {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", step)
            let failure = try client.failure(
                "device.bind", Self.bind(to: "virtio_vdpa").setting("deadlineMs", to: 100), is: "deadlineExceeded")
            #expect(failure.data["operation"]?.text?.isEmpty == false)
            try daemon.simulated.unstick("net0", step)
            try wait(until: "it is bound") { try client.device("net0")["driver"] == "virtio_vdpa" }
            try wait(until: "nothing is remembered") { daemon.hasForgotten("net0") }
            try wait(until: "the daemon is healthy") { try client.call("system.health")["healthy"] == true }
        }
    }

    @Test(arguments: ["vfio", "", "vhost-vdpa", "None"]) func anotherDriverIsRefused(driver: String) async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure("device.bind", Self.bind(to: driver), is: "invalidParams")
            #expect(failure.message.contains("driver"), "\(failure)")
            #expect(failure.message.contains("vhost_vdpa"), "\(failure)")
            try client.failure("device.bind", Self.net0, is: "invalidParams")
            try client.failure("device.bind", Self.bind("vm1", to: "none"), is: "deviceNotFound")
            #expect(try daemon.simulated.count("net0", .unbind) == 0)
        }
    }

    // MARK: The address

    @Test func theAddressOfAFreeDeviceIsChanged() async throws {
        try await withDaemon { _, client in
            for mac in ["02:00:00:00:00:08", "52:54:00:12:34:56"] {
                let reply = try client.call("device.set", Self.net0.setting("mac", to: .string(mac)))
                #expect(reply["mac"]?.text == mac)
                #expect(try client.call("device.config", Self.net0)["net"]?["mac"]?.text == mac)
            }
        }
    }

    @Test(arguments: ["VMM", "vdpad", "host"]) func theAddressOfAUsedDeviceIsChangedOnlyWhenThatIsMeant(
        user: String
    ) async throws {
        try await withDaemon { daemon, client in
            switch user {
            case "VMM": try daemon.hold("net0")
            case "vdpad": try client.call("device.open", ["device": "net0", "initialize": [:]])
            default: try client.call("device.bind", Self.bind(to: "virtio_vdpa"))
            }
            #expect(try client.runState("net0") == "running")
            let params = Self.net0.setting("mac", to: "02:00:00:00:00:08")
            let failure = try client.failure("device.set", params, is: "invalidParams")
            #expect(failure.message.contains("confirm"), "\(failure)")
            if user == "VMM" { #expect(failure.data["holders"]?[0]?["comm"] == "simulated-vmm", "\(failure)") }
            #expect(try daemon.simulated.count("net0", .setAttribute) == 0)
            #expect(try client.call("device.set", params.setting("confirm", to: true))["mac"] == "02:00:00:00:00:08")
            #expect(try client.call("device.config", Self.net0)["net"]?["mac"] == "02:00:00:00:00:08")
            #expect(try client.runState("net0") == "running")
            if user == "VMM" { try daemon.simulated.waitForIO("net0") }
        }
    }

    static let badAddresses: [JSONValue] = [
        "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02:00:00:00:00", "", 5, "02-00-00-00-00-08",
    ]

    @Test(arguments: badAddresses) func aBadAddressIsRefused(mac: JSONValue) async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure("device.set", Self.net0.setting("mac", to: mac), is: "invalidParams")
            #expect(failure.message.contains("mac"), "\(failure)")
            #expect(failure.message.contains(mac.text ?? ""), "\(failure)")
            #expect(try daemon.simulated.count("net0", .setAttribute) == 0)
        }
    }

    /// For a block device the kernel would report success.
    @Test func aDeviceWithoutAnAddressGetsNone() async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure(
                "device.set", ["device": "blk0", "mac": "02:00:00:00:00:08"], is: "notSupported")
            #expect(failure.data["missing"]?.elements.isEmpty == false)
            try client.call(
                "device.add", ["name": "vm1", "mgmtdev": "simnet0", "features": ["VERSION_1", "ACCESS_PLATFORM"]])
            try client.failure(
                "device.set", ["device": "vm1", "mac": "02:00:00:00:00:08"], is: "verificationFailed", "notSupported")
        }
    }

    @Test func nothingToChangeIsRefused() async throws {
        try await withDaemon { _, client in
            let failure = try client.failure("device.set", Self.net0, is: "invalidParams")
            #expect(failure.message.contains("mac") && failure.message.contains("node"), "\(failure)")
            try client.failure("device.set", ["device": "vm1", "mac": "02:00:00:00:00:08"], is: "deviceNotFound")
            try client.failure("device.set", Self.net0.setting("mtu", to: 1_400), is: "invalidParams")
        }
    }

    @Test func aRefusalOfTheKernelIsPassedOn() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .setAttribute, .ioError, times: 1)
            let params = Self.net0.setting("mac", to: "02:00:00:00:00:08")
            #expect(try client.failure("device.set", params, is: "kernelError").data["errno"] == "EIO")
            try daemon.simulated.stick("net0", .setAttribute)
            try client.failure("device.set", params.setting("deadlineMs", to: 100), is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", .setAttribute)
            try wait(until: "it is changed") {
                try client.call("device.config", Self.net0)["net"]?["mac"] == "02:00:00:00:00:08"
            }
        }
    }

    // MARK: Rights of nodes

    /// Rights that are asked for, what they are on the node, and how they are shown.
    struct Rights: Sendable, CustomTestStringConvertible {
        let node: JSONValue
        var user = 0
        var group = 0
        var mode = 0o600
        let shown: JSONValue

        var testDescription: String { node.jsonText() }
    }

    static let rights = [
        Rights(node: ["mode": "0660"], mode: 0o660, shown: ["owner": "root", "group": "root", "mode": "0660"]),
        Rights(node: ["mode": "644"], mode: 0o644, shown: ["owner": "root", "group": "root", "mode": "0644"]),
        Rights(node: ["owner": "daemon"], user: 1, shown: ["owner": "daemon", "group": "root", "mode": "0600"]),
        Rights(node: ["group": "users"], group: 100, shown: ["owner": "root", "group": "users", "mode": "0600"]),
        Rights(
            node: ["owner": "4007", "group": "4008", "mode": "0000"], user: 4_007, group: 4_008, mode: 0,
            shown: ["owner": "4007", "group": "4008", "mode": "0000"]),
    ]

    /// The rights of a node in the simulated host.
    private static func actual(_ daemon: DaemonUnderTest, _ device: String) throws -> [Int?] {
        let rights = try daemon.simulated.statistics(device)["rights"]
        return [rights?["user"]?.number, rights?["group"]?.number, rights?["mode"]?.number]
    }

    @Test(arguments: rights, ["device.add", "device.set"])
    func aNodeGetsTheRightsThatAreGiven(rights: Rights, method: String) async throws {
        try await withDaemon { daemon, client in
            let add: JSONValue = ["name": "vm1", "mgmtdev": "simnet0", "driver": "vhost_vdpa"]
            if method == "device.add" {
                try client.call(method, add.setting("node", to: rights.node))
            } else {
                try client.call("device.add", add)
                try client.call(method, ["device": "vm1", "node": rights.node])
            }
            #expect(try Self.actual(daemon, "vm1") == [rights.user, rights.group, rights.mode])
            #expect(try client.device("vm1")["nodeRights"] == rights.shown)
        }
    }

    @Test(arguments: ["owner", "group"]) func anUnknownUserIsNamed(member: String) async throws {
        try await withDaemon { daemon, client in
            let node = JSONValue.object([
                JSONMember(name: member, value: "no-such-name"), JSONMember(name: "mode", value: "0666"),
            ])
            let failure = try client.failure("device.set", Self.net0.setting("node", to: node))
            #expect(failure.message.contains("no-such-name"), "\(failure)")
            #expect(["invalidParams", "kernelError", "notSupported"].contains(failure.name), "\(failure)")
            #expect(try Self.actual(daemon, "net0") == [0, 0, 0o600])
        }
    }

    @Test(arguments: ["virtio_vdpa", "none"]) func withoutANodeThereAreNoRights(driver: String) async throws {
        try await withDaemon { _, client in
            try client.call("device.bind", Self.bind(to: driver))
            let failure = try client.failure(
                "device.set", Self.net0.setting("node", to: ["mode": "0660"]), is: "notSupported")
            #expect(failure.message.contains("node"), "\(failure)")
        }
    }

    /// Who may open the node is no affair of the one that has it open.
    @Test func theNodeOfAHeldDeviceIsChangedWithoutAWord() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.call("device.set", Self.net0.setting("node", to: ["mode": "0660"]))
            #expect(try Self.actual(daemon, "net0") == [0, 0, 0o660])
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func theConfigurationSaysWhatNodesGetByThemselves() async throws {
        try await withSimulatedHost { daemon in
            let configuration = #"{"node": {"owner": "daemon", "group": "users", "mode": "0640"}}"#
            try daemon.start(["--config", try daemon.configure(configuration)])
            let client = try daemon.connect()
            let wanted = [1, 100, 0o640]
            for device in ["net0", "blk0"] {
                try wait(until: "\(device) has its rights") { try Self.actual(daemon, device) == wanted }
            }
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": "vhost_vdpa"])
            #expect(try Self.actual(daemon, "vm1") == wanted)
            try client.call(
                "device.add",
                ["name": "vm2", "mgmtdev": "simnet0", "driver": "vhost_vdpa", "node": ["mode": "0666"]])
            #expect(try Self.actual(daemon, "vm2").last == 0o666)
            // A node that is made anew gets them anew.
            try client.call("device.bind", Self.bind("vm1", to: "none"))
            try client.call("device.bind", Self.bind("vm1", to: "vhost_vdpa"))
            #expect(try Self.actual(daemon, "vm1") == wanted)
        }
    }
}
