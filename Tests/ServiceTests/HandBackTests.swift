import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

@Suite("Handing several devices back")
struct HandBackTests {
    private static let both: JSONValue = ["net0", "blk0"]

    private static func record(_ daemon: DaemonUnderTest, _ device: String) -> String {
        "\(daemon.stateDirectory)/devices/\(device).json"
    }

    private static func withHeldDevices(
        _ body: @Sendable (DaemonUnderTest, DaemonClient) throws -> Void
    ) async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            try body(daemon, client)
        }
    }

    @Test(arguments: [true, false]) func theStopAndItsLeaseAreForgotten(byOperation: Bool) async throws {
        try await Self.withHeldDevices { daemon, client in
            let stop = try client.call("group.suspend", ["devices": Self.both, "holdMs": 60_000])
            let id = try #require(stop["operation"])
            let params: JSONValue = byOperation ? ["operation": id] : ["devices": Self.both]
            let states = try client.call("device.handBack", params)["devices"]?.elements ?? []
            let order = byOperation ? ["blk0", "net0"] : ["net0", "blk0"]
            #expect(states.map { $0["device"]?.text } == order)
            for state in states {
                #expect(state["runState"] == "unknown")
                #expect(state["warnings"] == [])
            }
            for device in ["net0", "blk0"] {
                let record = try JSONParser.parse(Array(Files.readText(Self.record(daemon, device)).utf8).span)
                #expect(record["handedBack"] == true)
                #expect(record["lease"] == nil && record["stop"] == nil, "\(record)")
            }
            let operation = try client.call("operation.get", ["operation": id])["operation"]
            #expect(operation?["leases"]?.elements ?? [] == [])
            try client.failure("group.resume", ["operation": id], is: "invalidParams")
            try daemon.stop()
            for device in ["net0", "blk0"] { #expect(try daemon.simulated.count(device, .resume) == 0) }
        }
    }

    @Test func whatOneOperationHasStoppedIsHandedBackByIt() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "blk0"])
            let stop = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            let id = try #require(stop["lease"]?["operation"])
            let states = try client.call("device.handBack", ["operation": id])["devices"]?.elements ?? []
            #expect(states.map { $0["device"]?.text } == ["net0"])
            #expect(try client.runState("blk0") == "suspended")
        }
    }

    @Test(arguments: [["net0", "net7"], ["net7", "net0"]]) func oneThatIsNotThereKeepsAll(
        devices: [String]
    ) async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "net0"])
            let failure = try client.failure(
                "device.handBack", ["devices": .array(devices.map { .string($0) })], is: "deviceNotFound")
            #expect(failure.data["device"] == "net7")
            #expect(try client.runState("net0") == "suspended")
            #expect(try RestartTests.records(daemon).count == 1)
        }
    }

    @Test func oneThatACallHasNotReturnedOfKeepsAll() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.stick("blk0", .suspend)
            // Long enough for a busy machine to come to the call.
            try client.failure("device.suspend", ["device": "blk0", "deadlineMs": 500], is: "deadlineExceeded")
            let failure = try client.failure(
                "device.handBack", ["devices": Self.both], is: "operationInProgress", "hostBlocked")
            #expect(failure.data["device"] == "blk0")
            #expect(try client.runState("net0") == "suspended")
            try daemon.simulated.unstick("blk0", .suspend)
        }
    }

    /// It has no VMM that could take the stop over.
    @Test func whatVdpadItselfHoldsIsRefusedAndStaysStopped() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            _ = try client.call("device.open", ["device": "net0", "initialize": [:]])
            _ = try client.call("group.suspend", ["devices": Self.both])
            for params in [["device": "net0"], ["devices": Self.both]] as [JSONValue] {
                let failure = try client.failure("device.handBack", params, is: "invalidParams")
                #expect(failure.data["device"] == "net0")
                #expect(failure.data["stateAfter"]?["runState"] == "suspended")
            }
            for device in ["net0", "blk0"] { #expect(try client.runState(device) == "suspended") }
        }
    }

    @Test func oneWhoseRecordCannotBeRemovedKeepsAll() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("group.suspend", ["devices": Self.both])
            let record = "\(daemon.stateDirectory)/devices/blk0.json"
            try Files.remove(record)
            try Files.createDirectory(record, mode: 0o700)
            try client.failure("device.handBack", ["devices": Self.both], is: "internalError")
            #expect(try Files.readText(Self.record(daemon, "net0")).contains(#""runState":"suspended""#))
            for device in ["net0", "blk0"] { #expect(try client.runState(device) == "suspended") }
        }
    }

    /// What its VMM has stopped is never resumed behind it, by the next daemon neither.
    @Test(arguments: [true, false]) func theNextDaemonKnowsOfIt(hadStopped: Bool) async throws {
        try await Self.withHeldDevices { daemon, client in
            if hadStopped { _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000]) }
            _ = try client.call("device.handBack", ["device": "net0"])
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "it was looked at") { try again.call("operation.list")["operations"]?.elements != nil }
            #expect(try again.status("net0")["runState"] == "unknown")
            try daemon.simulated.fail("blk0", .suspend, .ioError)
            try again.failure("group.suspend", ["devices": Self.both], is: "kernelError", "deviceFailed")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            #expect(try again.runState("net0") != "running")
            // The last close ends it.
            try daemon.simulated.release("net0")
            try wait(until: "it is reset") { try again.runState("net0") == "idle" }
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    /// Also when it was not known who held it: then it may be whoever is found now.
    @Test func theNextDaemonKnowsOfItWhoeverHeldTheDevice() async throws {
        try await withDaemon { daemon, client in
            try wait(until: "it is known to be closed") { try client.runState("net0") == "idle" }
            try daemon.simulated.fail(nil, .scan, .permissionDenied)
            try daemon.simulated.hold("net0")
            try wait(until: "it is known to be open") { try client.device("net0")["access"] == "shared" }
            _ = try client.call("device.handBack", ["device": "net0"])
            try daemon.simulated.fail(nil, .scan, nil)
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            #expect(try again.status("net0")["runState"] == "unknown")
            try daemon.hold("blk0")
            try daemon.simulated.fail("blk0", .suspend, .ioError)
            try again.failure("group.suspend", ["devices": Self.both], is: "kernelError", "deviceFailed")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            try daemon.simulated.release("net0")
            try wait(until: "it is reset") { try again.runState("net0") == "idle" }
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    /// A VMM that was started anew meanwhile has reset the device by opening it.
    @Test func anotherHolderEndsIt() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.handBack", ["device": "net0"])
            try daemon.kill()
            try daemon.simulated.release("net0")
            try daemon.hold("net0")
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "it was looked at") { try again.status("net0")["runState"] == "running" }
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    @Test(
        arguments: [
            [:], ["device": "net0", "devices": ["net0"]], ["device": "net0", "operation": "x-1"],
            ["devices": ["net0"], "operation": "x-1"], ["devices": []], ["devices": ["net0", "net0"]],
            ["operation": "x-1"],
        ] as [JSONValue])
    func whatNamesNothingOrTooMuchIsRefused(params: JSONValue) async throws {
        try await withDaemon { _, client in try client.failure("device.handBack", params, is: "invalidParams") }
    }
}
