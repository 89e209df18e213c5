import CheckTable
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Whether a host would accept a state")
struct StateCheckTests {
    static let targets: [JSONValue] = [
        ["device": "net0"], ["device": "blk0"], ["device": "net1"], ["managementDevice": "simnet0"],
        ["managementDevice": "simblk0"],
    ]

    static func target(_ value: JSONValue) throws -> CheckTarget {
        if let device = value["device"]?.text { return .device(try DeviceName(device)) }
        return .managementDevice(try #require(value["managementDevice"]?.text))
    }

    /// The complete state of a device that is open only meanwhile.
    static func export(_ client: DaemonClient, _ device: String) throws -> JSONValue {
        try client.call("device.open", ["device": .string(device), "initialize": [:]])
        try client.call("device.suspend", ["device": .string(device)])
        let state = try ExportTests.export(client, device)
        try client.call("device.close", ["device": .string(device)])
        return state
    }

    static func describe(_ client: DaemonClient) throws -> JSONValue {
        let document = try #require(try client.call("system.describe")["host"])
        #expect(document.jsonText() == (try HostDescription.verify(document)).jsonText())
        return document
    }

    static func field(_ check: JSONValue, _ name: String) -> JSONValue? {
        check["fields"]?.elements.first { $0["field"]?.text == name }
    }

    // MARK: Online and offline

    @Test func theDaemonFindsWhatTheTableSays() async throws {
        try await withDaemon { _, client in
            for row in CheckTable.all {
                let named: JSONValue =
                    switch row.target {
                    case .device(let name): ["device": .string(name.string)]
                    case .managementDevice(let handle): ["managementDevice": .string(handle)]
                    }
                let target = named.setting("host", to: row.host.document)
                let online = try client.call("state.check", ["state": row.state.document, "target": target])
                let offline = try StateCheck(of: row.state, with: row.target, on: row.host)
                #expect(online == JSONValue(reparsing: offline), "\(row)")
            }
        }
    }

    @Test func onThisHostTheAnswerIsThatOfItsDescription() async throws {
        try await withDaemon { daemon, client in
            try client.call(
                "device.add", ["name": "net1", "mgmtdev": "simnet0", "mac": "52:54:00:12:34:56", "mtu": 1400])
            var states = try ["net0", "net1", "blk0"].map { try Self.export(client, $0) }
            try daemon.hold("blk0")
            states.append(try ExportTests.export(client, "blk0"))
            var verdicts: Set<String> = []
            for state in states {
                let description = try Self.describe(client)
                let host = try HostDescription.verify(description)
                for target in Self.targets {
                    let online = try client.call("state.check", ["state": state, "target": target])
                    let again = try client.call(
                        "state.check", ["state": state, "target": target.setting("host", to: description)])
                    #expect(online == again)
                    let offline = try StateCheck(
                        of: try DeviceState.verify(state), with: try Self.target(target), on: host)
                    #expect(online == JSONValue(reparsing: offline))
                    verdicts.insert(try #require(online["verdict"]?.text))
                }
            }
            #expect(verdicts == ["ok", "adaptable", "unknown", "blocking"])
        }
    }

    @Test func vdpactlSaysTheSameWithAndWithoutTheDaemon() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "net1", "mgmtdev": "simnet0", "mtu": 1400])
            let folder = daemon.directory.path
            let (state, host) = ("\(folder)/state.json", "\(folder)/host.json")
            try Files.replace(state, with: try Self.export(client, "net0").jsonBytes().span, mode: 0o600)
            #expect(try CommandLineTests.run(daemon, "host", "describe", "-f", host).status == .status(0))
            let statuses: [([String], Int32)] = [
                (["--device", "net0"], 0), (["--device", "net1"], 10), (["--device", "blk0"], 12),
                (["--mgmtdev", "simnet0"], 10), (["--mgmtdev", "simblk0"], 12),
            ]
            for (target, status) in statuses {
                let online = try CommandLineTests.run(daemon, ["-o", "json", "state", "check", state] + target)
                let process = try daemon.spawn(
                    ["--socket", "/nonexistent", "-o", "json", "state", "check", state, host] + target,
                    name: "vdpactl")
                #expect(try process.waitForExit() == .status(status), "\(target)")
                #expect(online.status == .status(status), "\(online.output)")
                #expect(online.output == process.output)
            }
        }
    }

    // MARK: What fits

    @Test func aDeviceCreatedAsAdvisedFits() async throws {
        try await withDaemon { _, client in
            try client.call(
                "device.add", ["name": "source", "mgmtdev": "simnet0", "mac": "52:54:00:12:34:56", "mtu": 1400])
            let state = try Self.export(client, "source")
            let advice = try client.call("state.check", ["state": state, "target": ["managementDevice": "simnet0"]])
            #expect(advice["verdict"] == "adaptable")
            let parameters = try #require(advice["parameters"])
            #expect(
                parameters == [
                    "mgmtdev": "simnet0", "mac": "52:54:00:12:34:56", "mtu": 1400, "features": ["0x308830028"],
                ])
            try client.call("device.add", parameters.setting("name", to: "net1"))
            let check = try client.call("state.check", ["state": state, "target": ["device": "net1"]])
            #expect(check["verdict"] == "ok", "\(check)")
        }
    }

    @Test func itCanBeAskedBeforeAnythingIsStopped() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            let state = try ExportTests.export(client, "blk0")
            let check = try client.call("state.check", ["state": state, "target": ["device": "blk0"]])
            #expect(try client.runState("blk0") == "running")
            #expect(Self.field(check, "completeness")?["verdict"] == "unknown")
            #expect(Self.field(check, "completeness")?["advisory"] == true)
            #expect(Self.field(check, "capacity")?["verdict"] == "ok")
            #expect(try daemon.simulated.count("blk0", .suspend) == 0)
        }
    }

    // MARK: The description

    @Test func whatOnlyADescriptorTellsIsKnownOnceTheDeviceWasOpen() async throws {
        try await withDaemon { daemon, client in
            func device(_ name: String) throws -> JSONValue {
                try #require(try Self.describe(client)["devices"]?.elements.first { $0["name"]?.text == name })
            }
            func missing(_ name: String) throws -> [String] {
                try device(name)["missing"]?.elements.compactMap { $0["part"]?.text } ?? []
            }
            let unread = [
                "backendFeatures", "configuration.size", "groupCount", "addressSpaceCount", "iovaRange",
                "configuration.raw",
            ]
            try wait(until: "it is known that nobody has net0 open") { try device("net0")["held"] == false }
            #expect(try missing("net0") == unread)
            #expect(try device("net0")["backendFeatures"] == nil)
            #expect(try device("net0")["configuration"]?["net"]?["mtuBytes"]?.number == 1500)
            try daemon.hold("net0")
            #expect(try missing("net0") == [])
            #expect(try device("net0")["held"] == true)
            #expect(try device("net0")["configuration"]?["size"]?.number == 24)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            try daemon.simulated.release("net0")
            try wait(until: "the daemon knows that the holder has gone") { try device("net0")["held"] == false }
            #expect(try missing("net0") == ["configuration.raw"])
            #expect(try device("net0")["backendFeatures"]?.mask == 0x17e)
            // Another device under the name is another device.
            try client.call("device.delete", ["device": "net0"])
            try client.call("device.add", ["name": "net0", "mgmtdev": "simnet0", "driver": "vhost_vdpa"])
            #expect(try missing("net0").contains("backendFeatures"))
        }
    }

    @Test func aDeviceThatDoesNotAnswerIsDescribedByWhatIsKnown() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            try client.call("device.status", ["device": "blk0"])
            try daemon.simulated.stick("blk0", .suspend)
            let stuck = try client.send("device.suspend", ["device": "blk0"])
            let other = try daemon.connect()
            let devices = try Self.describe(other)["devices"]?.elements ?? []
            #expect(devices.map { $0["name"] } == ["blk0", "net0"])
            #expect(devices.first?["features"]?.mask == 0x3_0800_7646)
            #expect(devices.first?["backendFeatures"]?.mask == 0x17e)
            try daemon.simulated.unstick("blk0", .suspend)
            _ = try client.result(of: stuck)
        }
    }

    // MARK: Bad input

    @Test func whatIsNoDocumentIsRefused() async throws {
        try await withDaemon { _, client in
            let state = try Self.export(client, "net0")
            let host = try Self.describe(client)
            func refuse(
                _ name: String, _ state: JSONValue, _ target: JSONValue, _ text: String,
                _ sourceLocation: SourceLocation = #_sourceLocation
            ) throws {
                let failure = try client.failure(
                    "state.check", ["state": state, "target": target], is: name, sourceLocation: sourceLocation)
                #expect(failure.message.contains(text), "\(failure)", sourceLocation: sourceLocation)
            }
            let net0: JSONValue = ["device": "net0"]
            let there = net0.setting("host", to: host)
            try refuse("invalidState", state.setting("later", to: 1), net0, "its content has")
            try refuse("invalidState", state.removing("digest"), net0, "digest")
            try refuse("invalidState", state.setting("schema", to: "vdpad.device-state/2"), net0, "not supported")
            try refuse("invalidState", host, net0, "vdpad.host-description/1")
            try refuse("invalidState", ["bogus": 1], net0, "schema")
            try refuse("invalidParams", [], net0, "params.state: expected an object")
            try refuse("invalidParams", state, net0.setting("host", to: 1), "params.target.host: expected an object")
            try refuse("invalidParams", state, "net0", "params.target")
            try refuse("invalidParams", state, net0.setting("bogus", to: 1), "bogus")
            try refuse("invalidParams", state, ["managementDevice": 1], "params.target.managementDevice")
            try client.failure("state.check", ["target": net0], is: "invalidParams")
            try client.failure("state.check", ["state": state], is: "invalidParams")
            try client.failure("state.check", ["state": state, "target": net0, "deadlineMs": 0], is: "invalidParams")
            try client.failure("system.describe", ["deadlineMs": 3_600_001], is: "invalidParams")
            try refuse("invalidState", state, net0.setting("host", to: host.setting("devices", to: [])), "content has")
            try refuse("invalidState", state, net0.setting("host", to: state), "vdpad.device-state/1")
            try refuse("deviceNotFound", state, ["device": "net9"], "net9")
            try refuse("deviceNotFound", state, there.setting("device", to: "net9"), "net9")
            try refuse("managementDeviceNotFound", state, ["managementDevice": "pci/9"], "pci/9")
            try refuse(
                "managementDeviceNotFound", state, ["managementDevice": "pci/9", "host": host], "pci/9")
            try refuse("invalidParams", state, [:], "exactly one")
            try refuse("invalidParams", state, net0.setting("managementDevice", to: "simnet0"), "exactly one")
            try refuse("invalidParams", state, ["device": "a/b"], "params.target.device")
        }
    }
}
