import DeviceState
import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Export of a device's state")
struct ExportTests {
    static func export(_ client: DaemonClient, _ device: String = "net0") throws -> JSONValue {
        let result = try client.call("state.export", ["device": .string(device)])
        let document = try #require(result["state"])
        // Throws when digest or form are wrong.
        let state = try DeviceState.verify(document)
        // The bytes are those of the canonical form.
        #expect(document.jsonText() == state.document.jsonText())
        return document
    }

    static func missing(_ document: JSONValue) -> [String] {
        (document["completeness"]?["missing"]?.elements ?? []).compactMap { $0["part"]?.text }
    }

    @Test(arguments: [("net0", 3, 1), ("blk0", 1, 2)])
    func anOwnSuspendedDeviceIsExportedCompletely(device: String, queues: Int, classID: Int) async throws {
        try await withDaemon { _, client in
            _ = try client.call("device.open", ["device": .string(device), "initialize": ["queueSize": 64]])
            _ = try client.call("device.suspend", ["device": .string(device)])
            let document = try Self.export(client, device)
            #expect(document["completeness"]?["complete"] == true)
            #expect(Self.missing(document) == [])
            #expect(document["identity"]?["name"]?.text == device)
            #expect(document["identity"]?["classId"]?.number == classID)
            #expect(document["stability"]?["suspended"] == true)
            #expect(document["stability"]?["vouched"] == true)
            let standard = try #require(document["standard"])
            #expect(standard["status"]?.mask == 0xf)
            #expect((standard["negotiatedFeatures"]?.mask ?? 0) & 0x3_0000_0000 == 0x3_0000_0000)
            #expect(standard["deviceFeatures"]?.mask == (queues == 3 ? 0x3_0883_0028 : 0x3_0800_7646))
            #expect(standard["backendFeatures"]?.mask == 0x17e)
            #expect(standard["queueCount"]?.number == queues)
            #expect(standard["groupCount"]?.number == (queues == 3 ? 2 : 1))
            #expect(standard["addressSpaceCount"]?.number == (queues == 3 ? 2 : 1))
            #expect(standard["iovaRange"] != nil)
            #expect(standard["configuration"]?["raw"]?.text?.isEmpty == false)
            #expect(standard["configuration"]?[queues == 3 ? "net" : "block"] != nil)
            let listed = standard["queues"]?.elements ?? []
            #expect(listed.map { $0["index"]?.number } == Array(0..<queues))
            for queue in listed {
                #expect(queue["format"] == "split")
                #expect(queue["size"]?.number == 64)
                #expect(queue["maximumSize"]?.number == 256)
                #expect(queue["position"] != nil, "\(queue)")
                #expect(queue["group"]?.number == (queue["index"] == 2 ? 1 : 0))
            }
        }
    }

    @Test func everyExportAssertsTheStopAgain() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            let first = try Self.export(client)
            #expect(try daemon.simulated.count("net0", .suspend) == 2)
            let second = try Self.export(client)
            #expect(try daemon.simulated.count("net0", .suspend) == 3)
            // The same state gives the same document, but for the time.
            for section in ["identity", "standard", "implementation", "completeness"] {
                #expect(first[section] == second[section])
            }
            #expect(try client.runState("net0") == "suspended")
        }
    }

    @Test func beforeItIsSuspendedAnOwnDeviceExportsNoPositions() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            let document = try Self.export(client)
            #expect(document["completeness"]?["complete"] == false)
            let missing = Self.missing(document)
            for queue in 0..<3 { #expect(missing.contains("standard.queues[\(queue)].position")) }
            #expect(document["stability"]?["suspended"] == false)
            for queue in document["standard"]?["queues"]?.elements ?? [] { #expect(queue["position"] == nil) }
            // An export stops nothing.
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(try client.runState("net0") == "running")
        }
    }

    /// VDUSE's of Linux 6.12, and others: what can be known of them, nobody could ever know better.
    @Test func aDeviceThatCannotBeSuspendedTellsItsPositionsAndThatItCouldRun() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.withdraw("net0", [.suspend, .resume])
            _ = try client.call("device.open", OwnerTests.bringUp)
            let document = try Self.export(client)
            let queues = document["standard"]?["queues"]?.elements ?? []
            #expect(queues.count == 3 && queues.allSatisfy { $0["position"] != nil })
            #expect(document["stability"]?["suspended"] == false)
            #expect(document["stability"]?["vouched"] == false)
            #expect(
                document["stability"]?["verification"] == [
                    "the device offers no SUSPEND, so it could run while its positions were read",
                    "every position was read twice and was the same",
                ])
            #expect(Self.missing(document) == [])
        }
    }

    @Test func beforeDriverOKAnOwnDeviceTellsItsPositions() async throws {
        try await withDaemon { _, client in
            let state = try RestoreTests.state(client, "net0")
            _ = try client.call("state.restore", RestoreTests.params("net0", state))
            let document = try Self.export(client)
            #expect(document["standard"]?["queues"]?[0]?["position"]?["availableIndex"]?.number == 65_533)
            #expect(document["stability"]?["suspended"] == false)
            #expect(
                document["stability"]?["verification"]?[0]
                    == "DRIVER_OK is not set, so the device takes nothing from its queues")
        }
    }

    @Test(arguments: [(Errno.notSupported, "nobody"), (.ioError, "vdpad")])
    func whoCouldSupplyAPositionDependsOnWhyItCouldNotBeRead(errno: Errno, supplier: String) async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .getVringBase, errno)
            let missing = try Self.export(client)["completeness"]?["missing"]?.elements ?? []
            #expect(missing.count == 3)
            #expect(missing.allSatisfy { $0["supplier"]?.text == supplier }, "\(missing)")
        }
    }

    @Test(arguments: [true, false])
    func aDeviceThatSomebodyElseHoldsSaysWhatIsMissingAndWhoHasIt(isSuspended: Bool) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            if isSuspended { _ = try client.call("device.suspend", ["device": "net0"]) }
            let document = try Self.export(client)
            #expect(document["completeness"]?["complete"] == false)
            #expect(document["stability"]?["suspended"]?.flag == isSuspended)
            #expect(document["stability"]?["vouched"] == false)
            let missing = document["completeness"]?["missing"]?.elements ?? []
            let parts = Self.missing(document)
            #expect(parts.contains { $0.contains("position") || $0.contains("queues") }, "\(parts)")
            for part in missing { #expect(part["reason"]?.text?.isEmpty == false) }
            #expect(document["standard"]?["status"]?.mask == 0xf)
            #expect(document["standard"]?["deviceFeatures"]?.mask == 0x3_0883_0028)
            #expect(document["standard"]?["configuration"] != nil)
            for queue in document["standard"]?["queues"]?.elements ?? [] { #expect(queue["position"] == nil) }
            #expect(try daemon.simulated.count("net0", .suspend) == (isSuspended ? 2 : 0))
        }
    }

    @Test func whatTheHoldersAgentSuppliesCompletesTheDocument() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            #expect(Self.missing(try Self.export(client)) == ["standard.queues", "standard.controlQueue"])
            var parameters: JSONValue = [
                "device": "net0",
                "supplied": [
                    "source": "a stand-in",
                    "queues": .array(
                        (0..<3).map { ["index": JSONValue($0), "size": 256, "position": ["availableIndex": 5]] }),
                    "controlQueue": ["queuePairs": 1],
                ],
            ]
            let document = try #require(try client.call("state.export", parameters)["state"])
            let state = try DeviceState.verify(document)
            #expect(state.completeness.isComplete)
            #expect(state.completeness.supplied.allSatisfy { $0.source == "a stand-in" })
            #expect(state.completeness.supplied.count == 4)
            #expect(state.standard.queues.map(\.position) == Array(repeating: .split(availableIndex: 5), count: 3))
            parameters = [
                "device": "net0", "supplied": ["source": "a stand-in", "queues": [["index": 3]]],
            ]
            let failure = try client.failure("state.export", parameters, is: "invalidState")
            #expect(failure.message == "supplied.queues[0].index: 3 is not below queueCount, which is 3")
            let wrong = try client.failure(
                "state.export", ["device": "net0", "supplied": ["source": "a", "queue": []]], is: "invalidParams")
            #expect(wrong.message.contains(#"params.supplied: unknown member "queue""#))
        }
    }

    @Test func aDeviceThatNobodyHoldsExportsWhatIsKnown() async throws {
        try await withDaemon { daemon, client in
            let document = try Self.export(client)
            #expect(document["completeness"]?["complete"] == false)
            #expect(document["identity"]?["class"] == "net")
            #expect(document["source"]?["managementDevice"] == "simnet0")
            #expect(document["stability"]?["suspended"] == false)
            #expect(Self.missing(document).isEmpty == false)
            #expect(try daemon.simulated.resets("net0") == 0)
        }
    }

    /// Snapshot at the suspend, compared at the export; drift is reported.
    @Test func aConfigurationThatChangesWhileStoppedIsReported() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            let before = try Self.export(client)
            try daemon.simulated.control(
                .setConfiguration(try DeviceName("net0"), offset: 10, bytes: [0x28, 0x23]))
            let after = try Self.export(client)
            #expect(before["standard"]?["configuration"] != after["standard"]?["configuration"])
            let said = (after["stability"]?["verification"]?.elements ?? []).compactMap(\.text)
            let saidBefore = (before["stability"]?["verification"]?.elements ?? []).compactMap(\.text)
            let news = said.filter { !saidBefore.contains($0) }
            #expect(news.contains { $0.contains("configuration") }, "\(said)")
        }
    }

    @Test func aPositionThatCannotBeReadIsMissingWithItsReason() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .getVringBase, .notSupported)
            let document = try Self.export(client)
            #expect(document["completeness"]?["complete"] == false)
            #expect(Self.missing(document).contains("standard.queues[0].position"))
        }
    }

    /// Who relies on a document relies on the stop: one that may be over makes none, and is not called a stop any more.
    @Test func aStopThatCannotBeAssertedAgainIsNoExport() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .suspend, .ioError, times: 1)
            let failure = try client.failure("state.export", ["device": "net0"], is: "deviceFailed")
            #expect(failure.data["errno"] == "EIO", "\(failure)")
            #expect(failure.runStateAfter == "unknown")
            #expect(try client.runState("net0") == "unknown")
        }
    }

    // MARK: What changes meanwhile

    /// The kernel tells no generation of the configuration, so what never reads the same twice may be torn.
    @Test func aConfigurationThatNeverStandsStillIsMissingAndNotRestored() async throws {
        try await withDaemon { daemon, client in
            let device = try DeviceName("net0")
            try client.call("device.open", OwnerTests.bringUp)
            try client.call("device.suspend", ["device": "net0"])
            func reads() throws -> Int { try daemon.simulated.count("net0", .getConfiguration) }
            let before = try reads()
            _ = try Self.export(client)
            // Two where it stands still, and five before they are given up.
            let expected = try (reads() - before) / 2 * 5
            #expect(expected > 0)

            // Several changes pass while one read waits.
            try daemon.simulated.control(.advanceClock(milliseconds: 0))
            try daemon.simulated.latency("net0", .getConfiguration, milliseconds: 10)
            let start = try reads()
            let id = try client.send("state.export", ["device": "net0"])
            var change: UInt16 = 0
            try wait(until: "the export has ended") {
                change += 1
                let bytes = [UInt8(truncatingIfNeeded: change), UInt8(change >> 8)]
                try daemon.simulated.control(.setConfiguration(device, offset: 4, bytes: bytes))
                try daemon.simulated.control(.advanceClock(milliseconds: 2))
                return (try? client.nextReply(within: 1)) != nil
            }
            let document = try #require(try client.result(of: id)["state"])
            #expect(try reads() == start + expected)
            try daemon.simulated.latency("net0", .getConfiguration, milliseconds: 0)

            _ = try DeviceState.verify(document)
            #expect(document["standard"]?["configuration"] == nil)
            let missing = document["completeness"]?["missing"]?.elements ?? []
            #expect(document["completeness"]?["complete"] == false)
            #expect(Self.missing(document) == ["standard.configuration"])
            #expect(missing.first?["reason"] == "it never read the same twice")
            #expect(missing.first?["supplier"] == "vdpad")

            try client.call("device.close", ["device": "net0"])
            let check = try client.call("state.check", ["state": document, "target": ["device": "net0"]])
            #expect(StateCheckTests.field(check, "completeness")?["verdict"] == "unknown", "\(check)")
            #expect(check["verdict"] != "ok", "\(check)")
            for mode in ["owner", "preflight", "handOver"] {
                let failure = try client.failure(
                    "state.restore", RestoreTests.params("net0", document, mode), is: "stateIncomplete")
                #expect(failure.data["missing"] == ["standard.configuration"], "\(failure)")
            }
            // Read again it stands still.
            try client.call("device.open", OwnerTests.bringUp)
            try client.call("device.suspend", ["device": "net0"])
            #expect(try Self.export(client)["completeness"]?["complete"] == true)
        }
    }

    @Test func aDeviceThatVanishesMeanwhileIsNoState() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.stick(nil, .getConfigurationByNetlink)
            let before = try daemon.simulated.count("net0", .getConfigurationByNetlink)
            let id = try client.send("state.export", ["device": "net0"])
            // Not before: netlink is not asked any more once a removal waits.
            try wait(until: "the queues were read and netlink is asked") {
                try daemon.simulated.count("net0", .getConfigurationByNetlink) > before
            }
            #expect(try daemon.simulated.count("net0", .getVringBase) >= 6)
            try daemon.simulated.vanish("net0")
            try wait(until: "it is not listed any more") { try !client.deviceNames().contains("net0") }
            try daemon.simulated.unstick(nil, .getConfigurationByNetlink)
            let failure = try client.failure(of: id)
            #expect(["deviceGone", "deviceNotFound"].contains(failure.name), "\(failure)")
        }
    }

    /// A VMM comes while the export of an idle device is under way: what is told of it is what was read before.
    @Test func aDeviceThatStartsMeanwhileIsToldAsItWas() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .getConfigurationByNetlink)
            let before = try daemon.simulated.count("net0", .getConfigurationByNetlink)
            let id = try client.send("state.export", ["device": "net0"])
            try wait(until: "netlink is asked") {
                try daemon.simulated.count("net0", .getConfigurationByNetlink) > before
            }
            try daemon.hold("net0")
            try daemon.simulated.unstick(nil, .getConfigurationByNetlink)
            let document = try #require(try client.result(of: id)["state"])
            _ = try DeviceState.verify(document)
            #expect(document["completeness"]?["complete"] == false)
            #expect(document["stability"]?["suspended"] == false)
            #expect(document["standard"]?["queues"] == [])
            #expect(Self.missing(document).contains("standard.queues"))
        }
    }
}
