import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Devices that are not created")
struct ProvisioningRefusalTests {
    private static let basic: JSONValue = ["name": "vm1", "mgmtdev": "simnet0"]

    /// A call of `device.add` that is refused.
    struct Refused: Sendable, CustomTestStringConvertible {
        /// What is other than in an acceptable call.
        let params: JSONValue
        let error: String
        /// What the message names: the member, the value, the limit.
        let words: [String]
        let missing: [String]

        var testDescription: String { params.jsonText() }

        init(_ params: JSONValue, _ error: String = "invalidParams", _ words: String..., missing: String...) {
            self.params = params
            self.error = error
            self.words = words
            self.missing = missing
        }
    }

    static let addresses: [Refused] = [
        Refused(["mac": "01:00:5e:00:00:01"], "invalidParams", "mac", "01:00:5e:00:00:01", "multicast"),
        Refused(["mac": "ff:ff:ff:ff:ff:ff"], "invalidParams", "mac", "ff:ff:ff:ff:ff:ff"),
        Refused(["mac": "00:00:00:00:00:00"], "invalidParams", "mac", "00:00:00:00:00:00"),
        Refused(["mac": "02:00:00:00:00"], "invalidParams", "mac", "02:00:00:00:00"),
        Refused(["mac": "02:00:00:00:00:00:01"], "invalidParams", "mac", "02:00:00:00:00:00:01"),
        Refused(["mac": "02-00-00-00-00-01"], "invalidParams", "mac", "02-00-00-00-00-01"),
        Refused(["mac": "02:00:00:00:00:0g"], "invalidParams", "mac", "02:00:00:00:00:0g"),
        Refused(["mac": "2:0:0:0:0:1"], "invalidParams", "mac", "2:0:0:0:0:1"),
        Refused(["mac": ""], "invalidParams", "mac"),
        Refused(["mac": 2], "invalidParams", "mac"),
        Refused(
            ["mgmtdev": "simblk0", "mac": "02:00:00:00:00:01"], "notSupported", "mac", "simblk0", missing: "mac"),
    ]

    static let numbers: [Refused] = [
        Refused(["mtu": 67], "invalidParams", "mtu", "67", "68", "65535"),
        Refused(["mtu": 65_536], "invalidParams", "mtu", "65536", "68", "65535"),
        Refused(["mtu": 0], "invalidParams", "mtu", "68"),
        Refused(["mtu": -1], "invalidParams", "mtu", "-1", "68"),
        Refused(["mtu": 1_500.5], "invalidParams", "mtu"),
        Refused(["mtu": "1500"], "invalidParams", "mtu"),
        Refused(["mgmtdev": "simblk0", "mtu": 1_500], "notSupported", "mtu", "simblk0", missing: "mtu"),
        Refused(["maxQueuePairs": 0], "invalidParams", "maxQueuePairs", "0", "1", "32767"),
        Refused(["maxQueuePairs": 32_768], "invalidParams", "maxQueuePairs", "32768", "32767"),
        Refused(
            ["mgmtdev": "simblk0", "maxQueuePairs": 1], "notSupported", "maxQueuePairs", "simblk0",
            missing: "maxQueuePairs"),
        Refused(["deadlineMs": 0], "invalidParams", "deadlineMs"),
    ]

    static let features: [Refused] = [
        Refused(
            ["mac": "02:00:00:00:00:01", "features": ["VERSION_1", "ACCESS_PLATFORM"]], "invalidParams", "features",
            "mac", "MAC"),
        Refused(["mtu": 1_500, "features": ["0x300000020"]], "invalidParams", "features", "mtu", "MTU"),
        Refused(["maxQueuePairs": 2, "features": ["VERSION_1"]], "invalidParams", "features", "maxQueuePairs", "MQ"),
        Refused(["features": ["MAC", "NONSENSE"]], "invalidParams", "features[1]", "NONSENSE"),
        Refused(["features": ["mac"]], "invalidParams", "features[0]", "mac"),
        Refused(["features": ["BLK_SIZE"]], "invalidParams", "features[0]", "BLK_SIZE"),
        Refused(["features": ["bit64"]], "invalidParams", "features[0]", "bit64"),
        Refused(["features": ["bit"]], "invalidParams", "features[0]", "bit"),
        Refused(["features": ["bit-1"]], "invalidParams", "features[0]", "bit-1"),
        Refused(["features": ["bit+5"]], "invalidParams", "features[0]", "bit+5"),
        Refused(["features": ["bit-0"]], "invalidParams", "features[0]", "bit-0"),
        Refused(["features": ["0x-0"]], "invalidParams", "features[0]", "0x-0"),
        Refused(["features": ["0x"]], "invalidParams", "features[0]", "0x"),
        Refused(["features": ["0x-1"]], "invalidParams", "features[0]", "0x-1"),
        Refused(["features": ["0x+1"]], "invalidParams", "features[0]", "0x+1"),
        Refused(["features": ["0x10000000000000000"]], "invalidParams", "features[0]", "0x10000000000000000"),
        Refused(["features": [""]], "invalidParams", "features[0]"),
        Refused(["features": [5]], "invalidParams", "features[0]"),
        Refused(["features": "MAC"], "invalidParams", "features"),
        Refused(["features": ["MAC", "MQ"]], "notSupported", "features", "simnet0", "MQ", missing: "MQ"),
        Refused(["features": ["bit22"]], "notSupported", "features", "MQ", missing: "MQ"),
        Refused(["features": ["0x300400020"]], "notSupported", "features", "MQ", missing: "MQ"),
        Refused(["features": ["bit49"]], "notSupported", "features", "bit49", missing: "bit49"),
        Refused(
            ["features": ["0xffffffffffffffff"]], "notSupported", "features", "CSUM", "bit49"),
        Refused(
            ["mgmtdev": "simblk0", "features": ["RO"]], "notSupported", "features", "simblk0", "RO", missing: "RO"),
    ]

    static let places: [Refused] = [
        Refused(["mgmtdev": "nothing0"], "managementDeviceNotFound", "mgmtdev", "nothing0"),
        Refused(["mgmtdev": "pci/simnet0"], "managementDeviceNotFound", "mgmtdev", "pci/simnet0"),
        Refused(["mgmtdev": "/simnet0"], "managementDeviceNotFound", "mgmtdev", "/simnet0"),
        Refused(["mgmtdev": "simnet0/"], "managementDeviceNotFound", "mgmtdev", "simnet0/"),
        Refused(["mgmtdev": "SIMNET0"], "managementDeviceNotFound", "mgmtdev", "SIMNET0"),
        Refused(["mgmtdev": ""], "managementDeviceNotFound", "mgmtdev"),
        Refused(["mgmtdev": 0], "invalidParams", "mgmtdev"),
        Refused(["mgmtdev": .string(String(repeating: "x", count: 257))], "invalidParams", "mgmtdev", "256"),
        Refused(["name": "net0"], "alreadyExists", "net0"),
        Refused(["name": "blk0"], "alreadyExists", "blk0"),
        Refused(["driver": "vfio"], "invalidParams", "driver", "vfio", "vhost_vdpa"),
        Refused(["driver": ""], "invalidParams", "driver", "vhost_vdpa"),
        Refused(["driver_override": "vhost_vdpa"], "invalidParams", "driver_override"),
        Refused(["node": ["mode": "0999"]], "invalidParams", "node.mode", "0999"),
        Refused(["node": ["mode": "01777"]], "invalidParams", "node.mode", "01777"),
        Refused(["node": ["user": "root"]], "invalidParams", "node", "user"),
    ]

    static let names: [Refused] = [
        "", ".", "..", "a/b", "a b", "a\n", "a\u{0}", "ä", "%s%d:", "a!", "a,b", "a\\b",
        String(repeating: "x", count: 65),
    ].map { name in Refused(["name": .string(name)], "invalidParams", "name") }

    /// Nothing is asked of the kernel: a call of DEV_NEW would not return.
    @Test(arguments: addresses + numbers + features + places + names)
    func badInputIsRefusedBeforeTheKernelIsAsked(refused: Refused) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .create)
            let failure = try Self.refuse(refused, client)
            #expect(Set(refused.missing).isSubset(of: failure.data["missing"]?.elements.compactMap(\.text) ?? []))
            try daemon.simulated.unstick(nil, .create)
            try client.expectUntouched(daemon)
        }
    }

    @discardableResult
    private static func refuse(_ refused: Refused, _ client: DaemonClient) throws -> Failure {
        guard case .object(let members) = refused.params else { throw HarnessError("no object") }
        let params = members.reduce(basic) { $0.setting($1.name, to: $1.value) }
        let failure = try client.failure("device.add", params)
        #expect(failure.name == refused.error, "\(failure)")
        for word in refused.words { #expect(failure.message.contains(word), "\(word): \(failure)") }
        #expect(failure.data["retryable"] == false, "\(failure)")
        return failure
    }

    /// What only the kernel knows is refused in its words, which name the attribute at most as a bit.
    static let kernelRefusals: [Refused] = [
        Refused(["maxQueuePairs": 1], "kernelError", "maxQueuePairs"),
        Refused(["mgmtdev": "simblk0", "features": ["VERSION_1"]], "kernelError", "features"),
    ]

    @Test(arguments: kernelRefusals, [nil, "none"])
    func aRefusalOfTheKernelNamesWhatItRefused(refused: Refused, driver: String?) async throws {
        try await withDaemon { daemon, client in
            var params = refused.params
            if let driver { params = params.setting("driver", to: .string(driver)) }
            guard case .object(let members) = params else { throw HarnessError("no object") }
            let failure = try client.failure(
                "device.add", members.reduce(Self.basic) { $0.setting($1.name, to: $1.value) })
            #expect(["kernelError", "notSupported"].contains(failure.name), "\(failure)")
            for word in refused.words { #expect(failure.message.contains(word), "\(failure)") }
            #expect(failure.data["errno"] == "EOPNOTSUPP", "\(failure)")
            #expect(failure.data["kernelMessage"]?.text?.contains("provided attributes") == true, "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    @Test(arguments: ["name", "mgmtdev"]) func whatIsNeededMustBeThere(member: String) async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure("device.add", Self.basic.removing(member), is: "invalidParams")
            #expect(failure.message.contains("\"\(member)\""), "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    @Test func theHintSaysWhichManagementDevicesThereAre() async throws {
        try await withDaemon { daemon, client in
            let failure = try client.failure(
                "device.add", Self.basic.setting("mgmtdev", to: "nothing0"), is: "managementDeviceNotFound")
            #expect(failure.data["hint"]?.text?.contains("simnet0") == true)
            #expect(try client.call("mgmtdev.get", ["mgmtdev": "simnet0"])["mgmtdev"]?["name"] == "simnet0")
            try client.failure("mgmtdev.get", ["mgmtdev": "pci/simnet0"], is: "managementDeviceNotFound")
            try daemon.simulated.control(.removeManagementDevice(.net))
            try wait(until: "simnet0 is gone") {
                try client.call("mgmtdev.list")["mgmtdevs"]?.elements.map { $0["name"] } == ["simblk0"]
            }
            try client.failure("device.add", Self.basic, is: "managementDeviceNotFound")
            try client.failure("mgmtdev.get", ["mgmtdev": "simnet0"], is: "managementDeviceNotFound")
        }
    }

    /// The name of a device that somebody else has just created is taken.
    @Test func aNameThatSomebodyElseHasTakenIsRefused() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.add("vm1", .block)
            let failure = try client.failure("device.add", Self.basic, is: "alreadyExists")
            #expect(failure.message.contains("vm1"))
            #expect(try client.device("vm1")["managementDevice"] == "simblk0")
        }
    }
}
