import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Leases")
struct LeaseTests {
    private static func lease(_ client: DaemonClient) throws -> JSONValue? {
        try client.call("device.get", ["device": "net0"])["device"]?["lease"]
    }

    private static func waitUntilItRuns(_ daemon: DaemonUnderTest, _ client: DaemonClient) throws {
        try wait(until: "it runs") { try client.runState("net0") == "running" }
        try daemon.simulated.waitForIO("net0")
    }

    @Test func whatIsHeldForATimeIsResumedThen() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let begin = MonotonicInstant.now
            let stop = try client.call("device.suspend", ["device": "net0", "holdMs": 300])
            #expect(stop["lease"]?["kind"] == "hold")
            #expect(stop["lease"]?["holdMs"] == 300)
            #expect(stop["lease"]?["operation"] == stop["operation"])
            try Self.waitUntilItRuns(daemon, client)
            #expect(MonotonicInstant.now.nanoseconds(since: begin) >= 300_000_000)
            #expect(try Self.lease(client) == nil)
            #expect(try daemon.simulated.count("net0", .resume) == 1)
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    /// It asserts the stop again, but nobody has asked that it last longer.
    @Test func anExportRenewsNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            try wait(until: "some of it is over") {
                (try Self.lease(client)?["remainingMs"]?.number ?? 0) < 59_500
            }
            let stopped = try daemon.simulated.count("net0", .suspend)
            _ = try client.call("state.export", ["device": "net0"])
            #expect(try daemon.simulated.count("net0", .suspend) == stopped + 1)
            #expect(try #require(Self.lease(client)?["remainingMs"]?.number) < 59_500)
        }
    }

    @Test func whatIsRenewedStaysStopped() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let stop = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            let id = try #require(stop["operation"])
            try wait(until: "some of it is over") {
                (try Self.lease(client)?["remainingMs"]?.number ?? 0) < 59_900
            }
            #expect(
                try client.call("operation.get", ["operation": id])["operation"]?["leases"]?[0]?["device"] == "net0")
            #expect(try #require(Self.lease(client)?["remainingMs"]?.number) > 59_900)
            let again = try client.call("device.suspend", ["device": "net0", "operation": id, "holdMs": 90_000])
            #expect(again["lease"]?["operation"] == id)
            #expect(try #require(Self.lease(client)?["remainingMs"]?.number) > 80_000)
            // One more without terms leaves it as it is.
            #expect(try client.call("device.suspend", ["device": "net0"])["lease"]?["operation"] == id)
            _ = try client.call("device.resume", ["device": "net0"])
            #expect(try Self.lease(client) == nil)
        }
    }

    @Test(
        arguments: [
            (["lease": "hold"], "holdMs"), (["lease": "connection", "holdMs": 5], "holdMs"),
            (["operation": "nothing-1"], "nothing-1"), (["holdMs": 0], "holdMs"), (["holdMs": 86_400_001], "86400000"),
        ] as [(JSONValue, String)])
    func termsThatMakeNoSenseAreRefused(terms: JSONValue, named: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let params = terms.setting("device", to: "net0")
            let failure = try client.failure("device.suspend", params, is: "invalidParams")
            #expect(failure.data["message"]?.text?.contains(named) == true)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
        }
    }

    @Test func whatEndsWithAConnectionIsResumedWhenItIsClosed() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            var other: DaemonClient? = try daemon.connect()
            let stop = try #require(try other?.call("device.suspend", ["device": "net0", "lease": "connection"]))
            #expect(stop["lease"]?["kind"] == "connection")
            #expect(try Self.lease(client)?["remainingMs"] == nil)
            other = nil
            try Self.waitUntilItRuns(daemon, client)
        }
    }

    @Test func aConnectionThatClosesWhileTheStopIsUnderWayUndoesIt() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            var other: DaemonClient? = try daemon.connect()
            _ = try other?.send("device.suspend", ["device": "net0", "lease": "connection"])
            try wait(until: "the call is made") { try daemon.simulated.count("net0", .suspend) == 1 }
            other = nil
            try daemon.simulated.unstick("net0", .suspend)
            try Self.waitUntilItRuns(daemon, client)
        }
    }

    @Test(arguments: [300, 60_000]) func aTimeGoesOnWhileThereIsNoDaemon(milliseconds: Int) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call(
                "device.suspend", ["device": "net0", "holdMs": .integer(Int64(milliseconds))])
            try daemon.kill()
            try MonotonicInstant.now.advanced(byMilliseconds: 400).wait()
            try daemon.start()
            let again = try daemon.connect()
            if milliseconds == 300 {
                try Self.waitUntilItRuns(daemon, again)
            } else {
                try wait(until: "it was looked at") { try again.runState("net0") == "suspended" }
                #expect(try #require(Self.lease(again)?["remainingMs"]?.number) < 59_700)
                _ = try again.call("device.resume", ["device": "net0"])
            }
        }
    }

    @Test func noConnectionOutlivesTheDaemon() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "lease": "connection"])
            try daemon.kill()
            try daemon.start()
            try Self.waitUntilItRuns(daemon, try daemon.connect())
        }
    }

    @Test(arguments: [["holdMs": 60_000], ["lease": "connection"]] as [JSONValue])
    func anOrderlyEndEndsThemFirst(terms: JSONValue) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            _ = try client.call("device.suspend", terms.setting("device", to: "net0"))
            _ = try client.call("device.suspend", ["device": "blk0", "keep": true])
            try daemon.stop()
            try daemon.simulated.waitForIO("net0")
            #expect(try daemon.simulated.count("blk0", .resume) == 0)
            #expect(daemon.log.contains("stays stopped"))
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "it was looked at") { try again.runState("blk0") == "suspended" }
        }
    }

    @Test func anOrderlyEndEndsThoseThatBeginMeanwhileToo() async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            _ = try client.call("device.suspend", ["device": "blk0", "holdMs": 60_000])
            try daemon.simulated.stick("net0", .getConfiguration)
            let before = try daemon.simulated.count("net0", .getConfiguration)
            _ = try client.send("device.suspend", ["device": "net0", "holdMs": 60_000])
            try wait(until: "it is looked at") {
                try daemon.simulated.count("net0", .getConfiguration) > before
            }
            daemon.process?.send(signal: SIGTERM)
            try daemon.simulated.waitForIO("blk0")
            try daemon.simulated.unstick("net0", .getConfiguration)
            try daemon.stop()
            for device in ["net0", "blk0"] {
                try daemon.simulated.waitForIO(device)
                #expect(try RestartTests.records(daemon, of: device) == [])
            }
        }
    }

    @Test func theExitOfTheHolderEndsItWithoutAResume() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 500])
            try daemon.simulated.release("net0")
            try wait(until: "it is idle") { try client.runState("net0") == "idle" }
            #expect(try Self.lease(client) == nil)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func aHandBackEndsItWithoutAResume() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 300])
            _ = try client.call("device.handBack", ["device": "net0"])
            #expect(try Self.lease(client) == nil)
            try MonotonicInstant.now.advanced(byMilliseconds: 400).wait()
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func aResumeThatFailsIsTriedAgain() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .resume, .ioError, times: 2)
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 100])
            try Self.waitUntilItRuns(daemon, client)
            #expect(try daemon.simulated.count("net0", .resume) == 3)
        }
    }

    @Test func itsEndIsToldOnceHoweverOftenItIsTried() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.call("events.subscribe", ["filter": ["kinds": ["leaseExpired", "operationPhase"]]])
            try daemon.simulated.fail("net0", .resume, .ioError)
            let id = try #require(try client.call("device.suspend", ["device": "net0", "holdMs": 1])["operation"])
            try wait(until: "it is tried again") { try daemon.simulated.count("net0", .resume) == 3 }
            try daemon.simulated.fail("net0", .resume, nil)
            try Self.waitUntilItRuns(daemon, client)
            let operation = try client.call("operation.get", ["operation": id])["operation"]
            let expected = ["begun", "stopping", "stopped", "leaseExpired", "resuming", "resumed"]
            #expect(operation?["phases"]?.elements.compactMap { $0["name"]?.text } == expected)
            let told = client.takeEvents()
            #expect(told.compactMap { $0["phase"]?.text } == expected)
            #expect(told.count { $0["kind"] == "leaseExpired" } == 1)
            #expect(daemon.log.split(separator: "\n").count { $0.contains("could not be resumed") } == 1)
        }
    }

    @Test func aResumeThatIsAskedForAndFailsLeavesItsEnd() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 300])
            try daemon.simulated.fail("net0", .resume, .ioError, times: 1)
            try client.failure("device.resume", ["device": "net0"])
            try Self.waitUntilItRuns(daemon, client)
        }
    }

    @Test func whatVdpadOwnsIsResumedToo() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", ["device": "net0", "initialize": [:]])
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 100])
            try wait(until: "it runs") { try client.runState("net0") == "running" }
        }
    }
}
