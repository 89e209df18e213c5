import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Groups")
struct GroupTests {
    static let both: JSONValue = ["net0", "blk0"]

    static func withHeldDevices(
        _ body: @Sendable (DaemonUnderTest, DaemonClient) throws -> Void
    ) async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            try body(daemon, client)
        }
    }

    static func members(_ report: JSONValue?) -> [String: JSONValue] {
        Dictionary(
            (report?["members"]?.elements ?? []).compactMap { member in
                member["device"]?.text.map { ($0, member) }
            }
        ) { first, _ in first }
    }

    static func path(_ member: JSONValue?) -> [String] {
        member?["path"]?.elements.compactMap { $0["step"]?.text } ?? []
    }

    @Test func allStopAndAllGoOn() async throws {
        try await Self.withHeldDevices { daemon, client in
            let stop = try client.call("group.suspend", ["devices": Self.both])
            #expect(stop["outcome"] == "suspended")
            let stopped = Self.members(stop)
            for device in ["net0", "blk0"] {
                #expect(stopped[device]?["runState"] == "suspended")
                #expect(Self.path(stopped[device]) == ["preflightBegun", "preflightPassed", "stopBegun", "stopped"])
                #expect(try client.runState(device) == "suspended")
            }
            let id = try #require(stop["operation"])
            let start = try client.call("group.resume", ["operation": id])
            #expect(start["outcome"] == "resumed")
            let resumed = Self.members(start)
            let stops = stopped.values.compactMap { $0["timing"] }
            let starts = resumed.values.compactMap { $0["timing"] }
            try #require(stops.count == 2 && starts.count == 2)
            // The bounds are those of the calls.
            let first = stops.compactMap { $0["enteredAtNs"]?.number }.min() ?? 0
            let last = starts.compactMap { $0["returnedAtNs"]?.number }.max() ?? 0
            #expect(start["downtime"]?["maximumNs"]?.number == last - first)
            for device in ["net0", "blk0"] {
                #expect(resumed[device]?["kickNeeded"] == true)
                try daemon.simulated.waitForIO(device)
            }
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    /// The holders of all are looked for at once, and once more for each that was not found.
    @Test func aSearchThatFailsIsMadeAgain() async throws {
        try await withDaemon { daemon, client in
            // What is held before the daemon serves is found at its start.
            try client.call("system.info")
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            try daemon.simulated.fail(nil, .scan, .ioError, times: 1)
            #expect(try client.call("group.suspend", ["devices": Self.both])["outcome"] == "suspended")
        }
    }

    @Test func oneThatCannotBeStoppedKeepsAllRunning() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let failure = try client.failure("group.suspend", ["devices": Self.both], is: "notRunning")
            #expect(failure.data["device"] == "blk0")
            #expect(failure.data["group"]?["outcome"] == "refused")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test(arguments: [["net0", "blk0"], ["blk0", "net0"]]) func oneThatFailsLetsTheOthersGoOn(
        devices: [String]
    ) async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.fail("blk0", .suspend, .ioError)
            let params: JSONValue = ["devices": .array(devices.map { .string($0) })]
            let failure = try client.failure("group.suspend", params)
            let members = Self.members(failure.data["group"])
            #expect(failure.data["group"]?["outcome"] == "rolledBack")
            for device in devices {
                #expect(members[device]?["runState"] == "running")
                try daemon.simulated.waitForIO(device)
            }
            #expect(Self.path(members["net0"]).suffix(3) == ["stopped", "resumeBegun", "resumed"])
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    @Test func theOthersAreKeptOnRequest() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.fail("blk0", .suspend, .ioError)
            let failure = try client.failure(
                "group.suspend", ["devices": Self.both, "onFailure": "keep"])
            #expect(Self.members(failure.data["group"])["net0"]?["runState"] == "suspended")
            #expect(try client.runState("net0") == "suspended")
            _ = try client.call("device.resume", ["device": "net0"])
        }
    }

    @Test func oneThatIsLateIsUndoneWhenItReturns() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let failure = try client.failure(
                "group.suspend", ["devices": Self.both, "deadlineMs": 200], is: "deadlineExceeded")
            let members = Self.members(failure.data["group"])
            #expect(members["net0"]?["runState"] == "running")
            #expect(members["blk0"]?["runState"] == "suspending")
            try daemon.simulated.waitForIO("net0")
            let id = try #require(failure.data["operation"])
            #expect(try client.call("operation.get", ["operation": id])["operation"]?["state"] == "running")
            try daemon.simulated.unstick("blk0", .suspend)
            let ended = try client.call("operation.wait", ["operation": id])["operation"]
            #expect(ended?["state"] == "failed")
            #expect(Self.members(ended?["error"]?["group"])["blk0"]?["runState"] == "running")
            try daemon.simulated.waitForIO("blk0")
        }
    }

    @Test func aClientThatVanishesLeavesAllRunning() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            var other: DaemonClient? = try daemon.connect()
            _ = try other?.send("group.suspend", ["devices": Self.both])
            try wait(until: "the calls are made") {
                try daemon.simulated.count("blk0", .suspend) == 1 && daemon.simulated.count("net0", .suspend) == 1
            }
            other = nil
            try daemon.simulated.waitForIO("net0")
            try daemon.simulated.unstick("blk0", .suspend)
            try daemon.simulated.waitForIO("blk0")
            try wait(until: "the operation has ended") {
                try client.call("operation.list", ["state": "running"])["operations"] == []
            }
        }
    }

    @Test func theReplyDoesNotWaitForTheSnapshotsButWhoeverComesNextDoes() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let stop = try client.send("group.suspend", ["devices": Self.both])
            let other = try daemon.connect()
            try wait(until: "one has stopped") { try other.runState("net0") == "suspended" }
            try daemon.simulated.stick("net0", .getStatus)
            let looks = try daemon.simulated.count("net0", .getStatus)
            try daemon.simulated.unstick("blk0", .suspend)
            #expect(try client.result(of: stop)["outcome"] == "suspended")
            try wait(until: "it is looked at again") { try daemon.simulated.count("net0", .getStatus) > looks }
            // The look has not been given up yet.
            #expect(try client.call("system.health")["healthy"] == true)
            let next = try client.send("device.suspend", ["device": "net0"])
            try daemon.simulated.unstick("net0", .getStatus)
            #expect(try client.result(of: next)["wasSuspended"] == true)
        }
    }

    @Test func theExitOfAHolderLetsTheOthersGoOn() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let stop = try client.send("group.suspend", ["devices": Self.both])
            try wait(until: "one has stopped") { try daemon.connect().runState("net0") == "suspended" }
            try daemon.simulated.release("net0")
            let other = try daemon.connect()
            try wait(until: "it is idle") {
                try other.call("device.get", ["device": "net0"])["device"]?["runState"] == "idle"
            }
            try daemon.simulated.unstick("blk0", .suspend)
            let failure = try client.failure(of: stop)
            let members = Self.members(failure.data["group"])
            #expect(members["net0"]?["runState"] == "idle")
            #expect(members["blk0"]?["runState"] == "running")
            try daemon.simulated.waitForIO("blk0")
        }
    }

    @Test func whatWasStoppedBeforeStaysSo() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("blk0", .suspend, .ioError)
            let failure = try client.failure("group.suspend", ["devices": Self.both])
            let net = Self.members(failure.data["group"])["net0"]
            #expect(net?["runState"] == "suspended")
            #expect(net?["wasSuspended"] == true)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func aLeaseIsThatOfTheGroup() async throws {
        try await Self.withHeldDevices { daemon, client in
            let stop = try client.call("group.suspend", ["devices": Self.both, "holdMs": 60_000])
            let id = try #require(stop["operation"])
            #expect(stop["lease"]?["operation"] == id)
            let operation = try client.call("operation.get", ["operation": id])["operation"]
            #expect(operation?["leases"]?.elements.count == 2)
            _ = try client.call("group.resume", ["operation": id])
            let other = try daemon.connect()
            _ = try other.call("group.suspend", ["devices": Self.both, "holdMs": 200])
            for device in ["net0", "blk0"] { try daemon.simulated.waitForIO(device) }
        }
    }

    /// Also what has stopped already, of which nobody was told.
    @Test(arguments: [[:], ["holdMs": 60_000]] as [JSONValue])
    func aCrashInTheMidstLeavesAllRunning(terms: JSONValue) async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            _ = try client.send("group.suspend", terms.setting("devices", to: Self.both))
            try wait(until: "one has stopped") { try daemon.connect().runState("net0") == "suspended" }
            try daemon.kill()
            try daemon.simulated.unstick("blk0", .suspend)
            try daemon.start()
            for device in ["net0", "blk0"] { try daemon.simulated.waitForIO(device) }
            let operation = try daemon.connect().call("operation.list")["operations"]?[0]
            #expect(operation?["state"] == "interrupted")
        }
    }

    @Test func theSnapshotsAreThoseOfWhenTheLastHadStopped() async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            let stop = try client.send("group.suspend", ["devices": Self.both])
            let other = try daemon.connect()
            try wait(until: "one has stopped") {
                try other.call("device.get", ["device": "net0"])["device"]?["runState"] == "suspended"
            }
            try daemon.simulated.control(
                .setConfiguration(try DeviceName("net0"), offset: 10, bytes: [0x28, 0x23]))
            try daemon.simulated.unstick("blk0", .suspend)
            let id = try #require(client.result(of: stop)["operation"])
            let members = Self.members(try client.call("group.resume", ["operation": id]))
            #expect(members["net0"]?["configurationChanged"] == false)
        }
    }

    @Test(arguments: [["keep": true], ["onFailure": "keep"]] as [JSONValue])
    func aCrashInTheMidstKeepsWhatIsToBeKept(terms: JSONValue) async throws {
        try await Self.withHeldDevices { daemon, client in
            try daemon.simulated.stick("blk0", .suspend)
            _ = try client.send("group.suspend", terms.setting("devices", to: Self.both))
            try wait(until: "one has stopped") { try daemon.connect().runState("net0") == "suspended" }
            try Self.expectThatNetStays(daemon)
        }
    }

    @Test func aCrashInTheMidstLeavesWhatWasStoppedBefore() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.stick("blk0", .suspend)
            _ = try client.send("group.suspend", ["devices": Self.both])
            try wait(until: "both calls are made") {
                try daemon.simulated.count("blk0", .suspend) == 1 && daemon.simulated.count("net0", .suspend) == 2
            }
            try Self.expectThatNetStays(daemon)
            try daemon.simulated.waitForIO("blk0")
        }
    }

    /// Kills the daemon and starts it again.
    private static func expectThatNetStays(_ daemon: DaemonUnderTest) throws {
        try daemon.kill()
        try daemon.simulated.unstick("blk0", .suspend)
        try daemon.start()
        let again = try daemon.connect()
        #expect(try again.runState("net0") == "suspended")
        try expectThroughout(100, "no resume") { try daemon.simulated.count("net0", .resume) == 0 }
    }

    @Test func aResumeThatACrashInterruptsIsFinished() async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("group.suspend", ["devices": Self.both])
            // Before its intent is on disk.
            try daemon.simulated.stick("blk0", .getStatus)
            _ = try client.send("group.resume", ["devices": Self.both])
            try daemon.simulated.waitForIO("net0")
            try daemon.kill()
            try daemon.simulated.unstick("blk0", .getStatus)
            try daemon.start()
            try daemon.simulated.waitForIO("blk0")
        }
    }

    /// A dry run is an operation too; a crash in its midst resumes nothing.
    @Test(arguments: ["group.resume", "device.resume"])
    func aDryRunThatACrashInterruptsResumesNothing(method: String) async throws {
        try await Self.withHeldDevices { daemon, client in
            _ = try client.call("group.suspend", ["devices": Self.both, "keep": true])
            let examined = try daemon.simulated.count("blk0", .getStatus)
            try daemon.simulated.stick("blk0", .getStatus)
            let target: JSONValue = method == "group.resume" ? ["devices": Self.both] : ["device": "blk0"]
            _ = try client.send(method, target.setting("dryRun", to: .bool(true)))
            try wait(until: "it is under way") { try daemon.simulated.count("blk0", .getStatus) > examined }
            try daemon.kill()
            try daemon.simulated.unstick("blk0", .getStatus)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "it was looked at") { try again.runState("blk0") == "suspended" }
            try expectThroughout(100, "no resume") { try daemon.simulated.count("blk0", .resume) == 0 }
        }
    }

    @Test func aDryRunCallsNothing() async throws {
        try await Self.withHeldDevices { daemon, client in
            let checked = try client.call("group.suspend", ["devices": Self.both, "dryRun": true])
            #expect(checked["outcome"] == "checked")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(checked["operation"] == nil)
        }
    }

    @Test(
        arguments: [
            (["devices": []], "devices"), (["devices": ["net0", "net0"]], "net0"),
            (["devices": ["net0"], "lease": "hold"], "holdMs"), ([:], "devices"),
            (["devices": ["nothing"]], "nothing"),
        ] as [(JSONValue, String)])
    func whatMakesNoGroupIsRefused(params: JSONValue, named: String) async throws {
        try await Self.withHeldDevices { daemon, client in
            let failure = try client.failure("group.suspend", params, is: "invalidParams", "deviceNotFound")
            #expect(failure.data["message"]?.text?.contains(named) == true)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            try client.failure("group.resume", ["operation": "nothing-1"], is: "invalidParams")
            try client.failure("group.resume", [:], is: "invalidParams")
        }
    }
}
