import DeviceState
import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("States that a device is not given")
struct RestoreRefusalTests {
    @Test func aStateOfAnotherClassIsRefusedUnopened() async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "blk0")
            for mode in ["owner", "preflight", "handOver"] {
                let failure = try client.failure(
                    "state.restore", RestoreTests.params("net0", state, mode), is: "stateIncompatible")
                #expect(failure.data["field"] == "identity.class")
            }
            #expect(try daemon.simulated.count("net0", .open) == 0)
        }
    }

    static let misfits: [(String, @Sendable (inout DeviceState) -> Void)] = [
        (
            "standard.negotiatedFeatures",
            { state in
                let more = Features(rawValue: 0x3_0883_0028).union(Features(bit: 22))
                state.standard.deviceFeatures = NamedMask(more, for: .net)
                state.standard.negotiatedFeatures = NamedMask(more, for: .net)
            }
        ),
        (
            "standard.status",
            {
                $0.standard.status = NamedMask(
                    DeviceStatus([.acknowledge, .driver, .driverOK, .failed]), negotiated: [])
            }
        ),
        (
            "standard.queues[1].size",
            { state in
                state.standard.queues[1].maximumSize = 1024
                state.standard.queues[1].size = 512
            }
        ),
        (
            "implementation",
            { state in
                state.implementation = [.init(format: "org.example.flow-table/2", required: true, data: [:])]
            }
        ),
    ]

    @Test(arguments: misfits.indices) func whatDoesNotFitIsRefusedUnopened(place: Int) async throws {
        try await withDaemon { daemon, client in
            let (field, change) = Self.misfits[place]
            let state = try RestoreTests.state(client, "net0", change)
            let opened = try daemon.simulated.count("net0", .open)
            for (mode, dryRun) in [("owner", false), ("preflight", false), ("handOver", false), ("owner", true)] {
                let failure = try client.failure(
                    "state.restore", RestoreTests.params("net0", state, mode, dryRun: dryRun), is: "stateIncompatible")
                #expect(failure.code == 1009)
                #expect(failure.data["field"]?.text == field, "\(failure)")
                #expect(failure.runStateAfter == "idle")
            }
            #expect(try daemon.simulated.count("net0", .open) == opened)
        }
    }

    /// Of a driver that uses several queues, and of one that uses the first alone; `state.check` says the same.
    @Test(arguments: [true, false]) func aDeviceMustHaveTheQueuesInUse(isMultiqueue: Bool) async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "blk0") { state in
                let negotiated = Features(rawValue: isMultiqueue ? 0x3_0800_7646 : 0x3_0800_6646)
                state.standard.negotiatedFeatures = NamedMask(negotiated, for: .block)
                guard var bytes = state.standard.configuration?.raw.bytes else { return }
                bytes[34] = 4
                state.standard.configuration = .init(bytes: bytes, deviceClass: .block, features: negotiated)
                state.standard.queueCount = 4
                for index in UInt16(1)..<4 {
                    state.standard.queues.append(
                        .init(index: index, size: 1024, format: .split, position: .split(availableIndex: index)))
                }
            }
            let check = try client.call("state.check", ["state": state, "target": ["device": "blk0"]])
            #expect(check["verdict"]?.text == (isMultiqueue ? "blocking" : "ok"), "\(check)")
            for mode in ["owner", "preflight", "handOver"] {
                guard !isMultiqueue else {
                    let failure = try client.failure(
                        "state.restore", RestoreTests.params("blk0", state, mode), is: "stateIncompatible")
                    #expect(failure.data["field"] == "standard.queueCount")
                    continue
                }
                let result = try client.call("state.restore", RestoreTests.params("blk0", state, mode))
                #expect(result["fits"] == true, "\(result)")
                if mode == "owner" { _ = try client.call("device.close", ["device": "blk0"]) }
                if mode == "handOver" { #expect(result["program"]?["queues"]?.elements.count == 1) }
                client.connection.descriptors = []
            }
        }
    }

    @Test func aDeviceMayHaveMoreQueues() async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "net0") { state in
                // MTU, MAC and STATUS, without the control queue.
                state.standard.negotiatedFeatures = NamedMask(Features(rawValue: 0x3_0801_0028), for: .net)
                state.standard.queues.removeLast()
                state.standard.queueCount = 2
            }
            let check = try client.call("state.check", ["state": state, "target": ["device": "net0"]])
            #expect(check["verdict"] == "ok", "\(check)")
            let restored = try client.call("state.restore", RestoreTests.params("net0", state, start: true))
            #expect(restored["runState"] == "running")
            #expect(try daemon.simulated.statistics("net0")["ringBases"] == [65_533, 97, 0])
            _ = try client.call("device.close", ["device": "net0"])
            let result = try client.call("state.restore", RestoreTests.params("net0", state, "handOver"))
            #expect(result["program"]?["queues"]?.elements.count == 2)
            client.connection.descriptors = []
        }
    }

    /// Hints that the device has otherwise, and limits of which it has more: it keeps them, and says so of the hints.
    @Test func whatADriverDoesNotDependOnStaysTheDevicesOwn() async throws {
        try await withDaemon { daemon, client in
            let former = try RestoreTests.configuration(client, "blk0")
            let state = try RestoreTests.state(client, "blk0") { state in
                var bytes = former
                bytes[24] ^= 3  // the physical block
                bytes[28] ^= 8  // the best request
                bytes[12] = bytes[12] > 1 ? bytes[12] - 1 : bytes[12]  // segments of a request
                state.standard.configuration = .init(
                    bytes: bytes, deviceClass: .block, features: Features(rawValue: .max))
            }
            let check = try client.call("state.check", ["state": state, "target": ["device": "blk0"]])
            #expect(check["verdict"] == "ok", "\(check)")
            let kept =
                "the device keeps what it has of the configuration's block.physicalBlockExponent, "
                + "block.optimalIoBlocks"
            for mode in ["preflight", "owner"] {
                let result = try client.call("state.restore", RestoreTests.params("blk0", state, mode))
                #expect(result["fits"] == true, "\(result)")
                #expect(result["warnings"] == [.string(kept)], "\(result)")
            }
            _ = try client.call("device.close", ["device": "blk0"])
            #expect(try RestoreTests.configuration(client, "blk0") == former)
        }
    }

    /// What `state.check` says of a device that is there holds for handing it over: nobody writes its configuration.
    @Test func anotherAddressIsRefusedForWhoeverTakesTheDeviceOver() async throws {
        try await withDaemon { daemon, client in
            let former = try RestoreTests.configuration(client, "net0")
            let state = try RestoreTests.state(client, "net0") { state in
                var bytes = former
                bytes.replaceSubrange(0..<6, with: [2, 0, 0, 0, 0, 9])
                state.standard.configuration = .init(
                    bytes: bytes, deviceClass: .net, features: Features(rawValue: 0x3_0883_0028))
            }
            let opened = try daemon.simulated.count("net0", .open)
            let failure = try client.failure(
                "state.restore", RestoreTests.params("net0", state, "handOver"), is: "stateIncompatible")
            #expect(failure.data["field"] == "standard.configuration", "\(failure)")
            #expect(failure.message.contains("address"), "\(failure)")
            #expect(try daemon.simulated.count("net0", .open) == opened)
            _ = try client.call("state.restore", RestoreTests.params("net0", state, "owner"))
        }
    }

    /// Positions of a device that nobody could suspend, or that a VMM has said, may be out of date.
    @Test(arguments: ["owner", "preflight", "handOver"])
    func positionsThatWereReadWhileTheDeviceMayHaveRunAreWarnedOf(mode: String) async throws {
        try await withDaemon { _, client in
            for isSuspended in [true, false] {
                let state = try RestoreTests.state(client, "net0") { state in
                    state.stability = DeviceState.Stability(
                        suspended: isSuspended, vouched: isSuspended, verification: [])
                }
                for dryRun in [true, false] {
                    let result = try client.call(
                        "state.restore", RestoreTests.params("net0", state, mode, dryRun: dryRun))
                    let warnings = (result["warnings"]?.elements ?? []).compactMap(\.text)
                    #expect(warnings.contains { $0.contains("stand still") } == !isSuspended, "\(warnings)")
                }
                client.connection.descriptors = []
                if mode == "owner" { _ = try client.call("device.close", ["device": "net0"]) }
                try wait(until: "nobody has it") { try client.device("net0")["access"] == "none" }
            }
        }
    }

    @Test func anUnknownSectionThatIsNotRequiredIsNoObstacle() async throws {
        try await withDaemon { _, client in
            let state = try RestoreTests.state(client, "net0") { state in
                state.implementation = [.init(format: "org.example.counters/1", required: false, data: [:])]
            }
            _ = try client.call("state.restore", RestoreTests.params("net0", state))
        }
    }

    @Test func anIncompleteStateNamesWhatItLacks() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            let running = try ExportTests.export(client)
            _ = try client.call("device.close", ["device": "net0"])
            let opened = try daemon.simulated.count("net0", .open)
            for mode in ["owner", "preflight", "handOver"] {
                let failure = try client.failure(
                    "state.restore", RestoreTests.params("net0", running, mode), is: "stateIncomplete")
                #expect(failure.code == 1010)
                let missing = failure.data["missing"]?.elements.compactMap(\.text) ?? []
                #expect(missing == (0..<3).map { "standard.queues[\($0)].position" })
                #expect(failure.data["field"] == "standard.queues[0].position")
            }
            #expect(try daemon.simulated.count("net0", .open) == opened)
        }
    }

    static let omissions: [(String, @Sendable (inout DeviceState) -> Void)] = [
        ("standard.negotiatedFeatures", { $0.standard.negotiatedFeatures = nil }),
        ("standard.configuration", { $0.standard.configuration = nil }),
        ("standard.queues[2].size", { $0.standard.queues[2].size = nil }),
    ]

    /// A document that says so, and one that says that it is complete and is not.
    @Test(arguments: omissions.indices) func aStateThatLacksAPartIsIncompleteOrContradictory(place: Int) async throws {
        try await withDaemon { _, client in
            let (part, change) = Self.omissions[place]
            let liar = try RestoreTests.state(client, "net0", change)
            let contradiction = try client.failure(
                "state.restore", RestoreTests.params("net0", liar), is: "invalidState")
            #expect(contradiction.message.contains("it is true, but \(part) is not there"), "\(contradiction)")
            let state = try RestoreTests.state(client, "net0") { state in
                change(&state)
                state.completeness = DeviceState.Completeness(
                    missing: [DeviceState.MissingPart(part: part, reason: "no", supplier: .owner)])
            }
            let failure = try client.failure("state.restore", RestoreTests.params("net0", state), is: "stateIncomplete")
            #expect(failure.data["missing"] == [.string(part)])
        }
    }

    @Test func whatIsNoStateIsRefused() async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "net0")
            let opened = try daemon.simulated.count("net0", .open)
            let bad: [JSONValue] = [
                1, "state", [], [:], state.removing("digest"), state.removing("standard"),
                state.setting("schema", to: "vdpad.device-state/2"),
                state.setting("source", to: [:]),
                state.setting("digest", to: .string("sha256:\(String(repeating: "0", count: 64))")),
            ]
            for document in bad {
                let failure = try client.failure(
                    "state.restore", RestoreTests.params("net0", document), is: "invalidState")
                #expect(failure.code == 1021)
                #expect(failure.message.utf8.count < 400)
            }
            #expect(try daemon.simulated.count("net0", .open) == opened)
        }
    }
}
