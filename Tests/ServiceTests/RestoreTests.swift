import DeviceState
import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Restoring a device's state")
struct RestoreTests {
    /// A complete state of the device, whose queues have moved on and whose rings have 64 descriptors.
    static func state(
        _ client: DaemonClient, _ device: String, _ change: (inout DeviceState) -> Void = { _ in }
    ) throws -> JSONValue {
        _ = try client.call("device.open", ["device": .string(device), "initialize": ["queueSize": 64]])
        _ = try client.call("device.suspend", ["device": .string(device)])
        let document = try ExportTests.export(client, device)
        _ = try client.call("device.close", ["device": .string(device)])
        var state = try DeviceState.verify(document)
        for place in state.standard.queues.indices {
            state.standard.queues[place].position = .split(availableIndex: 65_533 &+ UInt16(place) &* 100)
        }
        change(&state)
        return state.document
    }

    static func params(
        _ device: String, _ state: JSONValue, _ mode: String = "owner", start: Bool = false, dryRun: Bool = false
    ) -> JSONValue {
        [
            "device": .string(device), "state": state, "mode": .string(mode), "start": .bool(start),
            "dryRun": .bool(dryRun),
        ]
    }

    /// The device is closed, idle, and as if nothing had been done to it.
    static func expectPristine(
        _ daemon: DaemonUnderTest, _ client: DaemonClient, _ device: String, since configuration: [UInt8],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let status = try client.status(device)
        #expect(status["access"] == "none", sourceLocation: sourceLocation)
        #expect(status["runState"] == "idle", sourceLocation: sourceLocation)
        #expect(try daemon.simulated.statistics(device)["isProcessing"] == false, sourceLocation: sourceLocation)
        #expect(try Self.configuration(client, device) == configuration, sourceLocation: sourceLocation)
    }

    /// A state of `net0` whose configuration is another one than this.
    private static func state(_ client: DaemonClient, differingFrom former: [UInt8]) throws -> JSONValue {
        try state(client, "net0") { state in
            var bytes = former
            bytes[0] ^= 2
            state.standard.configuration = .init(
                bytes: bytes, deviceClass: .net, features: Features(rawValue: .max))
        }
    }

    /// The configuration space, read by opening the device.
    static func configuration(_ client: DaemonClient, _ device: String) throws -> [UInt8] {
        _ = try client.call("device.open", ["device": .string(device), "initialize": [:]])
        let document = try ExportTests.export(client, device)
        _ = try client.call("device.close", ["device": .string(device)])
        return try #require(try DeviceState.verify(document).standard.configuration).raw.bytes
    }

    // MARK: Owner

    @Test(arguments: ["net0", "blk0"]) func whatIsExportedIsRestored(device: String) async throws {
        try await withDaemon { _, client in
            let state = try Self.state(client, device)
            let restored = try client.call("state.restore", Self.params(device, state, start: true))
            #expect(restored["runState"] == "running")
            #expect(restored["access"] == "owner")
            #expect(restored["fits"] == true)
            let fields = restored["fields"]?.elements ?? []
            let outcomes = Dictionary(
                uniqueKeysWithValues: fields.map { ($0["field"]?.text ?? "", $0["outcome"]?.text ?? "") })
            for field in ["negotiatedFeatures", "configuration", "queues[0].position", "status"] {
                #expect(outcomes["standard.\(field)"] == "verified", "\(fields)")
            }
            _ = try client.call("device.suspend", ["device": .string(device)])
            let again = try ExportTests.export(client, device)
            #expect(again["standard"]?.jsonText() == state["standard"]?.jsonText())
        }
    }

    @Test func withoutStartTheDeviceStaysShortOfDriverOK() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client, "net0")
            let restored = try client.call("state.restore", Self.params("net0", state))
            #expect(restored["status"]?.mask == 0xb)
            #expect(restored["runState"] == "idle")
            #expect(restored["access"] == "owner")
            #expect(try daemon.simulated.statistics("net0")["ringBases"] == [65_533, 97, 197])
            // The driver's last step is the caller's.
            let started = try client.call("device.setStatus", ["device": "net0", "status": 15])
            #expect(started["runState"] == "running")
        }
    }

    @Test func theConfigurationIsWrittenWhereTheDeviceTakesIt() async throws {
        try await withDaemon { _, client in
            let former = try Self.configuration(client, "net0")
            var wanted = former
            wanted.replaceSubrange(0..<6, with: [2, 0, 0, 0, 0, 9])
            wanted.replaceSubrange(10..<12, with: [0x78, 5])
            let state = try Self.state(client, "net0") { state in
                state.standard.configuration = .init(
                    bytes: wanted, deviceClass: .net, features: Features(rawValue: .max))
            }
            _ = try client.call("state.restore", Self.params("net0", state))
            let config = try client.call("device.config", ["device": "net0"])
            #expect(config["net"]?["mac"] == "02:00:00:00:00:09")
            #expect(config["net"]?["mtuBytes"] == 1400)
        }
    }

    /// What the device has less of than the driver was told, or otherwise.
    @Test(arguments: [(0, "capacitySectors"), (15, "maximumSegments"), (20, "blockSizeBytes")])
    func aConfigurationThatTheDeviceDoesNotTakeIsNamed(offset: Int, member: String) async throws {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "blk0")
            let state = try Self.state(client, "blk0") { state in
                var bytes = former
                bytes[offset] ^= 1
                state.standard.configuration = .init(
                    bytes: bytes, deviceClass: .block, features: Features(rawValue: .max))
            }
            let failure = try client.failure(
                "state.restore", Self.params("blk0", state, start: true), is: "stateIncompatible")
            #expect(failure.data["field"]?.text == "standard.configuration.block.\(member)")
            #expect(failure.message.contains("byte \(offset) "), "\(failure.message)")
            #expect(failure.runStateAfter == "idle")
            try Self.expectPristine(daemon, client, "blk0", since: former)
        }
    }

    /// Every call of a restore, with the field at which it fails; `any` for those that are made for several, and nil for
    /// those that are made before any.
    static let faults: [(SimulatedCall, String?)] = [
        (.open, nil), (.setOwner, nil), (.getDeviceID, "any"), (.getStatus, "any"), (.getFeatures, "any"),
        (.setStatus, "standard.status"), (.getBackendFeatures, "any"),
        (.setBackendFeatures, "standard.backendFeatures"), (.setFeatures, "standard.negotiatedFeatures"),
        (.getConfigurationSize, "any"), (.getConfiguration, "any"),
        (.setConfiguration, "standard.configuration.net.mac"),
        (.getVringNum, "any"), (.getQueueCount, "any"), (.getGroupCount, "any"), (.getAddressSpaceCount, "any"),
        (.getIOVARange, "any"),
        (.setGroupAddressSpace, "standard.addressSpaceCount"), (.setVringNum, "standard.queues[0].size"),
        (.setVringBase, "standard.queues[0].position"), (.getVringBase, "standard.queues[0].position"),
        (.setVringEnable, "standard.queues[0].size"), (.getVringSize, "standard.queues[0].size"),
    ]

    @Test(arguments: faults) func everyFailureLeavesThePristineDevice(call: SimulatedCall, field: String?) async throws
    {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "net0")
            let state = try Self.state(client, differingFrom: former)
            try daemon.simulated.fail("net0", call, .ioError)
            let failure = try client.failure(
                "state.restore", Self.params("net0", state, start: true), is: "deviceFailed", "kernelError")
            #expect(failure.data["errno"] == "EIO", "\(failure)")
            if let field, field != "any" { #expect(failure.data["field"]?.text == field, "\(failure)") }
            #expect(failure.message.contains(call.rawValue) || call == .open, "\(failure)")
            #expect(failure.runStateAfter == "idle")
            try daemon.simulated.fail("net0", call, nil)
            try Self.expectPristine(daemon, client, "net0", since: former)
            #expect(try client.call("state.restore", Self.params("net0", state, start: true))["runState"] == "running")
        }
    }

    /// Status bits that the device drops without a word.
    @Test(arguments: [DeviceStatus.acknowledge, .driver, .featuresOK, .driverOK])
    func aStatusThatIsNotKeptIsFoundOut(bit: DeviceStatus) async throws {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "net0")
            let state = try Self.state(client, differingFrom: former)
            try daemon.simulated.refuseStatus("net0", bit)
            let failure = try client.failure(
                "state.restore", Self.params("net0", state, start: true), is: "verificationFailed")
            #expect(
                failure.data["field"]?.text == (bit == .featuresOK ? "standard.negotiatedFeatures" : "standard.status"))
            try daemon.simulated.refuseStatus("net0", [])
            try Self.expectPristine(daemon, client, "net0", since: former)
        }
    }

    @Test(arguments: [SimulatedCall.setVringBase, .setStatus, .setConfiguration])
    func aRestoreThatIsLateIsTakenBack(call: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "net0")
            let state = try Self.state(client, differingFrom: former)
            try daemon.simulated.stick("net0", call)
            let params = Self.params("net0", state, start: true).setting("deadlineMs", to: 100)
            try client.failure("state.restore", params, is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", call)
            try wait(until: "the device is closed") { try client.device("net0")["access"] == "none" }
            try Self.expectPristine(daemon, client, "net0", since: former)
        }
    }

    // MARK: Who has the device

    @Test func aDeviceThatIsHeldIsBusy() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client, "net0")
            let pid = try daemon.hold("net0")
            for (mode, dryRun) in [("owner", false), ("preflight", false), ("handOver", false), ("owner", true)] {
                let failure = try client.failure(
                    "state.restore", Self.params("net0", state, mode, dryRun: dryRun), is: "deviceBusy")
                #expect(failure.data["holders"]?[0]?["pid"]?.number == pid)
            }
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aDeviceThatVdpadHasOpenIsBusy() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client, "net0")
            _ = try client.call("device.open", OwnerTests.bringUp)
            let resets = try daemon.simulated.resets("net0")
            try client.failure("state.restore", Self.params("net0", state), is: "deviceBusy")
            #expect(try daemon.simulated.resets("net0") == resets)
            #expect(try client.runState("net0") == "running")
        }
    }

    @Test(arguments: ["preflight", "handOver"]) func startIsTheOwners(mode: String) async throws {
        try await withDaemon { _, client in
            let failure = try client.failure(
                "state.restore", Self.params("net0", [:], mode, start: true), is: "invalidParams")
            #expect(failure.message.contains("start"))
        }
    }

    // MARK: Other modes

    @Test(arguments: ["owner", "preflight", "handOver"]) func aDryRunOpensNothing(mode: String) async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client, "net0")
            let opened = try daemon.simulated.count("net0", .open)
            let result = try client.call("state.restore", Self.params("net0", state, mode, dryRun: true))
            #expect(result["dryRun"] == true)
            #expect(result["fits"] == true)
            #expect(result["fields"] == [])
            #expect(result["warnings"]?.elements.isEmpty == false)
            #expect(result["access"] == "none")
            #expect(try daemon.simulated.count("net0", .open) == opened)
        }
    }

    @Test func aPreflightTriesAndLeavesEverythingAsItWas() async throws {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "net0")
            let state = try Self.state(client, differingFrom: former)
            let result = try client.call("state.restore", Self.params("net0", state, "preflight"))
            #expect(result["fits"] == true)
            let fields = (result["fields"]?.elements ?? []).compactMap { $0["field"]?.text }
            #expect(fields.count == 8, "\(fields)")
            #expect(result["access"] == "none")
            #expect(result["runState"] == "idle")
            try Self.expectPristine(daemon, client, "net0", since: former)
        }
    }

    @Test func aPreflightReportsEveryFieldThatIsRefused() async throws {
        try await withDaemon { daemon, client in
            let former = try Self.configuration(client, "blk0")
            let state = try Self.state(client, "blk0") { state in
                var bytes = former
                bytes[0] ^= 1
                state.standard.configuration = .init(
                    bytes: bytes, deviceClass: .block, features: Features(rawValue: .max))
            }
            try daemon.simulated.fail("blk0", .setVringNum, .invalidArgument)
            let result = try client.call("state.restore", Self.params("blk0", state, "preflight"))
            #expect(result["fits"] == false)
            let refused = (result["fields"]?.elements ?? []).filter { $0["outcome"] == "refused" }
            #expect(
                refused.map { $0["field"] } == [
                    "standard.configuration.block.capacitySectors", "standard.queues[0].size",
                ])
            #expect(refused.allSatisfy { $0["reason"]?.text?.isEmpty == false })
            try daemon.simulated.fail("blk0", .setVringNum, nil)
            try Self.expectPristine(daemon, client, "blk0", since: former)
        }
    }

    @Test func whoeverTakesTheDeviceOverGetsItsProgram() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client, "net0")
            let result = try client.call("state.restore", Self.params("net0", state, "handOver"))
            let descriptors = client.connection.descriptors
            client.connection.descriptors = []
            #expect(descriptors.count == 1)
            #expect(result["access"] == "shared")
            let program = try #require(result["program"])
            #expect(program["features"]?.mask == state["standard"]?["negotiatedFeatures"]?.mask)
            #expect(program["configuration"] == state["standard"]?["configuration"]?["raw"])
            let queues = program["queues"]?.elements ?? []
            #expect(queues.map { $0["vringBase"]?.number } == [65_533, 97, 197])
            #expect(queues.map { $0["size"]?.number } == [64, 64, 64])
            #expect(program["order"]?[0] == "VHOST_SET_OWNER")
            // The descriptor is the device's, and nobody owns it yet.
            try daemon.simulated.control(.run(try DeviceName("net0")))
            try daemon.simulated.waitForIO("net0")
            withExtendedLifetime(descriptors) {}
        }
    }
}
