import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

@Suite("Declared devices")
struct DeclarationTests {
    private func declare(_ daemon: DaemonUnderTest, _ name: String, _ text: String) throws {
        try Files.createDirectory(daemon.declarations, mode: 0o755)
        let bytes = Array(text.utf8)
        try Files.replace("\(daemon.declarations)/\(name)", with: bytes.span, mode: 0o644)
    }

    private func names(_ client: DaemonClient) throws -> [String] {
        let list = try client.call("device.list")["devices"]?.elements ?? []
        return list.compactMap { $0["name"]?.text }.sorted()
    }

    private func problems(_ client: DaemonClient) throws -> [String] {
        let list = try client.call("system.health")["problems"]?.elements ?? []
        return list.filter { $0["kind"] == "declaration" }.compactMap { $0["message"]?.text }
    }

    private func outcomes(_ actions: JSONValue?) -> [String] {
        (actions?.elements ?? []).map { action in
            [action["device"], action["action"], action["outcome"]].compactMap { $0?.text }.joined(separator: " ")
        }
    }

    @Test func theyAreMadeAtTheStartWhateverIsWrongWithOthers() async throws {
        try await withSimulatedHost { daemon in
            try declare(daemon, "1-bad.json", "{\"devices\": [\n  {\"name\": \"lost\"}]}")
            try declare(
                daemon, "2-good.json",
                """
                // of this host
                {"devices": [
                  {"name": "wrong", "mgmtdev": "simblk0", "mac": "02:00:00:00:00:07"},
                  {"name": "vm1", "mgmtdev": "simnet0", "mac": "02:00:00:00:00:01", "mtu": 9000, "driver": "vhost_vdpa",
                   "node": {"mode": "0660"}},
                  {"name": "spare", "mgmtdev": "simnet0", "autostart": false}
                ]}
                """)
            try daemon.start()
            let client = try daemon.connect()
            #expect(try names(client) == ["blk0", "net0", "vm1"])
            #expect(try client.call("device.get", ["device": "vm1"])["device"]?["nodeRights"]?["mode"] == "0660")
            let problems = try problems(client)
            #expect(problems.count == 2)
            #expect(problems.first?.contains("1-bad.json:2:3: devices[0]: member \"mgmtdev\" is missing") == true)
            #expect(problems.last?.contains("wrong could not be made: mac: simblk0 creates no network devices") == true)
            let states = try client.call("declaration.list")["declarations"]?.elements.map { $0["state"]?.text }
            #expect(states == ["absent", "same", "absent"])
        }
    }

    @Test func oneThatWaitsIsMadeWhenItsManagementDeviceAppears() async throws {
        try await withSimulatedHost { daemon in
            try daemon.simulated.control(.removeManagementDevice(.net))
            try declare(daemon, "a.json", #"{"devices": [{"name": "vm1", "mgmtdev": "simnet0"}]}"#)
            try daemon.start()
            let client = try daemon.connect()
            #expect(try problems(client).first?.contains("vm1 waits for its management device simnet0") == true)
            try daemon.simulated.control(.addManagementDevice(.net))
            try wait(until: "vm1 is there: \(daemon.log)") { try names(client).contains("vm1") }
            #expect(try problems(client).isEmpty)
            // What somebody deletes stays deleted.
            try client.call("device.delete", ["device": "vm1"])
            try client.call("device.add", ["name": "other", "mgmtdev": "simnet0"])
            #expect(try names(client) == ["blk0", "other"])
        }
    }

    @Test func whatIsSavedComesBackAndIsApplied() async throws {
        try await withSimulatedHost { daemon in
            try daemon.start()
            let client = try daemon.connect()
            try client.call(
                "device.add",
                [
                    "name": "vm1", "mgmtdev": "simnet0", "mac": "02:00:00:00:00:01", "mtu": 9000, "driver": "none",
                ])
            let saved = try client.call("declaration.save")["files"]?.elements ?? []
            #expect(saved.map { $0["state"]?.text } == ["written", "written", "written"])
            #expect(try client.call("declaration.diff")["differences"] == [])
            #expect(try client.call("declaration.diff")["undeclared"] == [])
            let again = try client.call("declaration.save")["files"]?.elements ?? []
            #expect(again.allSatisfy { $0["state"] == "unchanged" })

            try client.call("device.set", ["device": "vm1", "mac": "02:00:00:00:00:02", "confirm": true])
            try client.call("device.delete", ["device": "net0"])
            let differences = try client.call("declaration.diff")["differences"]?.elements ?? []
            #expect(differences.map { $0["state"]?.text } == ["absent", "different"])
            #expect(
                differences.last?["fields"]
                    == [["field": "mac", "declared": "02:00:00:00:00:01", "actual": "02:00:00:00:00:02"]])
            let planned = try client.call("declaration.apply", ["dryRun": true])
            #expect(outcomes(planned["actions"]) == ["net0 create planned", "vm1 setMac planned"])
            #expect(try names(client) == ["blk0", "vm1"])
            let applied = try client.call("declaration.apply", ["confirm": true])
            #expect(outcomes(applied["actions"]) == ["net0 create done", "vm1 setMac done"])
            #expect(try client.call("declaration.diff")["differences"] == [])
            #expect(try client.call("declaration.apply")["actions"] == [])

            // A device is made anew only with leave, and what it is replaced by is what is declared.
            try client.call("device.delete", ["device": "vm1"])
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": "none"])
            let refusal = try client.failure("declaration.apply", [:], is: "notSupported")
            #expect(refusal.data["hint"]?.text?.contains("recreate") == true)
            let anew = try client.call("declaration.apply", ["recreate": true])
            #expect(outcomes(anew["actions"]) == ["vm1 delete done", "vm1 create done"])
            #expect(try client.call("declaration.diff")["differences"] == [])

            try daemon.stop()
            try daemon.simulated.vanish("vm1")
            try daemon.start()
            #expect(try names(try daemon.connect()) == ["blk0", "net0", "vm1"])
        }
    }

    @Test func whatWasDoneIsTakenBackWhenAStepFails() async throws {
        try await withSimulatedHost { daemon in
            try daemon.start()
            let client = try daemon.connect()
            // What is declared from here on comes too late for the start.
            try client.call("system.health")
            try declare(
                daemon, "a.json",
                """
                {"devices": [
                  {"name": "blk0", "mgmtdev": "simblk0", "node": {"mode": "0666"}},
                  {"name": "a", "mgmtdev": "simnet0"},
                  {"name": "net0", "mgmtdev": "simnet0", "node": {"mode": "0666"}},
                  {"name": "c", "mgmtdev": "simnet0"}
                ]}
                """)
            try daemon.simulated.fail("net0", .chown, .ioError)
            let failure = try client.failure("declaration.apply", is: "kernelError")
            #expect(
                outcomes(failure.data["actions"])
                    == ["blk0 setNode undone", "a create undone", "net0 setNode failed", "c create notDone"])
            #expect(try names(client) == ["blk0", "net0"])
            #expect(try client.call("device.get", ["device": "blk0"])["device"]?["nodeRights"]?["mode"] == "0600")
            // As when the management device disappears.
            try daemon.simulated.fail("net0", .chown, nil)
            try daemon.simulated.fail(nil, .create, .operationNotSupportedByDevice)
            let second = try client.failure("declaration.apply")
            #expect(
                outcomes(second.data["actions"])
                    == ["blk0 setNode undone", "a create failed", "net0 setNode notDone", "c create notDone"])
            try daemon.simulated.fail(nil, .create, nil)
            try client.call("declaration.apply")
            #expect(try names(client) == ["a", "blk0", "c", "net0"])
        }
    }

    @Test func whatIsHeldIsNotMadeAnew() async throws {
        try await withSimulatedHost { daemon in
            try daemon.start()
            try daemon.hold("net0")
            let client = try daemon.connect()
            try declare(
                daemon, "a.json",
                #"{"devices": [{"name": "a", "mgmtdev": "simnet0"}, {"name": "net0", "mgmtdev": "simnet0", "mtu": 9000}]}"#
            )
            let failure = try client.failure("declaration.apply", ["recreate": true], is: "deviceBusy")
            #expect(failure.data["holders"]?.elements.count == 1)
            #expect(try names(client) == ["blk0", "net0"])
            try client.failure("declaration.apply", ["devices": ["nobody"]], is: "deviceNotFound")
            try client.failure("declaration.diff", ["devices": ["nobody"]], is: "deviceNotFound")
            try client.failure("declaration.save", ["devices": ["nobody"]], is: "deviceNotFound")
            try client.failure("declaration.save", ["devices": ["net0"]], is: "alreadyExists")
        }
    }
}

extension DaemonUnderTest {
    /// Where devices are declared, unless the configuration says otherwise.
    fileprivate var declarations: String { socket + ".devices.d" }
}
