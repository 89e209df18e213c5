import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Suspend and resume of a device that a VMM holds")
struct SuspendTests {
    @Test(arguments: ["net0", "blk0"]) func theReplySaysWhatWasDone(device: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold(device)
            let before = MonotonicInstant.now.nanoseconds
            let reply = try client.call("device.suspend", ["device": .string(device)])
            let after = MonotonicInstant.now.nanoseconds
            #expect(reply["device"]?.text == device)
            #expect(reply["runState"] == "suspended")
            #expect(reply["access"] == "shared")
            // The holder can act at any time.
            #expect(reply["vouched"] == false)
            #expect(reply["mechanism"] == "ioctl")
            #expect(reply["wasSuspended"] == false)
            #expect(reply["dryRun"] == false)
            // The guest must not see the stop; the management sees the real status.
            #expect(reply["status"]?.mask == 0xf)
            #expect(reply["driverStatus"]?.mask == 0xf)
            let asserted = try #require(reply["assertedAt"]?.text)
            #expect(asserted.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil, "\(asserted)")
            let timing = try #require(reply["timing"])
            #expect(timing["call"] == "VHOST_VDPA_SUSPEND")
            let entered = try #require(timing["enteredAtNs"]?.number)
            let returned = try #require(timing["returnedAtNs"]?.number)
            #expect(before <= UInt64(entered) && entered <= returned && UInt64(returned) <= after)
            #expect(timing["durationNs"]?.number == returned - entered)
        }
    }

    @Test func theTimingCoversTheWholeCall() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.latency("net0", .suspend, milliseconds: 30)
            let reply = try client.call("device.suspend", ["device": "net0"])
            #expect((reply["timing"]?["durationNs"]?.number ?? 0) >= 30_000_000)
        }
    }

    @Test func nothingCompletesBetweenTheReplyToSuspendAndResume() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.waitForIO("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let stopped = try daemon.simulated.completions("net0")
            try expectThroughout(200, "no request completes") {
                try daemon.simulated.completions("net0") == stopped
            }
            let reply = try client.call("device.resume", ["device": "net0"])
            #expect(reply["runState"] == "running")
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func resumeReportsDowntimeKicksAndTheConfiguration() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let suspended = try client.call("device.suspend", ["device": "net0"])
            let reply = try client.call("device.resume", ["device": "net0"])
            #expect(reply["runState"] == "running")
            #expect(reply["access"] == "shared")
            #expect(reply["wasSuspended"] == true)
            #expect(reply["dryRun"] == false)
            #expect(reply["kickNeeded"] == true)
            #expect(reply["configurationChanged"] == false)
            #expect(reply["timing"]?["call"] == "VHOST_VDPA_RESUME")
            let stop = try #require(suspended["timing"])
            let start = try #require(reply["timing"])
            let stopEntered = try #require(stop["enteredAtNs"]?.number)
            let stopReturned = try #require(stop["returnedAtNs"]?.number)
            let startEntered = try #require(start["enteredAtNs"]?.number)
            let startReturned = try #require(start["returnedAtNs"]?.number)
            #expect(reply["downtime"]?["minimumNs"]?.number == startEntered - stopReturned)
            #expect(reply["downtime"]?["maximumNs"]?.number == startReturned - stopEntered)
        }
    }

    @Test func everyoneSeesTheRunState() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let reply = try client.call("device.suspend", ["device": "net0"])
            let other = try daemon.connect()
            let status = try other.status("net0")
            #expect(status["runState"] == "suspended")
            #expect(status["vouched"] == false)
            #expect(status["assertedAt"] == reply["assertedAt"])
            #expect(try other.call("device.get", ["device": "net0"])["device"]?["runState"] == "suspended")
            let list = try other.call("device.list")["devices"]?.elements ?? []
            #expect(list.map { $0["runState"] } == ["idle", "suspended"])
            _ = try client.call("device.resume", ["device": "net0"])
            #expect(try other.runState("net0") == "running")
            #expect(try other.call("device.get", ["device": "net0"])["device"]?["runState"] == "running")
        }
    }

    @Test func suspendingASuspendedDeviceIssuesTheCallAgainAndSaysSo() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let first = try client.call("device.suspend", ["device": "net0"])
            let second = try client.call("device.suspend", ["device": "net0"])
            #expect(second["wasSuspended"] == true)
            #expect(second["runState"] == "suspended")
            #expect(second["configurationDigest"] == first["configurationDigest"])
            #expect(try daemon.simulated.count("net0", .suspend) == 2)
            let reply = try client.call("device.resume", ["device": "net0"])
            // The guest has been without the device since the first one.
            let stopEntered = try #require(first["timing"]?["enteredAtNs"]?.number)
            let startReturned = try #require(reply["timing"]?["returnedAtNs"]?.number)
            #expect((reply["downtime"]?["maximumNs"]?.number ?? 0) >= startReturned - stopEntered)
        }
    }

    @Test func resumingARunningDeviceIsPossibleAndStillNeedsAKick() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let reply = try client.call("device.resume", ["device": "net0"])
            #expect(reply["runState"] == "running")
            #expect(reply["wasSuspended"] == false)
            #expect(reply["downtime"] == nil)
            #expect(reply["kickNeeded"] == true)
            #expect(try daemon.simulated.count("net0", .resume) == 1)
        }
    }

    @Test func theDigestIsThatOfTheConfiguration() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let reply = try client.call("device.suspend", ["device": "net0"])
            let raw = try #require(try client.call("device.config", ["device": "net0"])["raw"]?.text)
            let bytes = try #require(HexadecimalBytes(raw)).bytes
            #expect(reply["configurationDigest"]?.text == SHA256Digest(of: bytes).description)
        }
    }

    /// The configuration space does not change while stopped; drift is reported.
    @Test func aConfigurationThatChangesWhileStoppedIsReported() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.control(
                .setConfiguration(try DeviceName("net0"), offset: 10, bytes: [0x28, 0x23]))
            let reply = try client.call("device.resume", ["device": "net0"])
            #expect(reply["configurationChanged"] == true)
        }
    }

    @Test func aDryRunOfSuspendChangesNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let reply = try client.call("device.suspend", ["device": "net0", "dryRun": true])
            #expect(reply["dryRun"] == true)
            #expect(reply["runState"] == "running")
            #expect(reply["wasSuspended"] == false)
            #expect(reply["timing"] == nil)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(try RestartTests.records(daemon) == [])
            #expect(try client.runState("net0") == "running")
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aDryRunOfResumeChangesNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let reply = try client.call("device.resume", ["device": "net0", "dryRun": true])
            #expect(reply["dryRun"] == true)
            #expect(reply["runState"] == "suspended")
            #expect(reply["wasSuspended"] == true)
            #expect(reply["timing"] == nil)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            #expect(try client.runState("net0") == "suspended")
        }
    }

    @Test func theMechanismIoctlCanBeNamedAndOthersAreRefused() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            for mechanism: JSONValue in ["reset", "statusBitSuspend", "statusBitStop"] {
                try client.failure(
                    "device.suspend", ["device": "net0", "mechanism": mechanism], is: "notSupported", "invalidParams")
            }
            // A reset is never a silent fallback.
            #expect(try daemon.simulated.resets("net0") == 1)
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            let reply = try client.call("device.suspend", ["device": "net0", "mechanism": "ioctl"])
            #expect(reply["mechanism"] == "ioctl")
        }
    }

    @Test func manyCyclesLoseNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            for _ in 0..<50 {
                #expect(try client.call("device.suspend", ["device": "blk0"])["wasSuspended"] == false)
                #expect(try client.call("device.resume", ["device": "blk0"])["wasSuspended"] == true)
            }
            #expect(try daemon.simulated.count("blk0", .suspend) == 50)
            #expect(try daemon.simulated.count("blk0", .resume) == 50)
            // Opened by the VMM alone.
            #expect(try daemon.simulated.resets("blk0") == 1)
        }
    }

    /// A group must not be stopped one device after another.
    @Test func manyDevicesAreStoppedAtTheSameTime() async throws {
        try await withDaemon { daemon, client in
            let names = ["net0", "blk0"] + (1...4).map { "vm\($0)-disk" }
            for name in names.dropFirst(2) { try daemon.simulated.add(name, .block) }
            for name in names {
                try daemon.hold(name)
                try daemon.simulated.stick(name, .suspend)
            }
            let ids = try client.pipeline(names.map { ("device.suspend", ["device": .string($0)]) })
            try wait(until: "SUSPEND has been called on all") {
                try names.allSatisfy { try daemon.simulated.count($0, .suspend) == 1 }
            }
            for name in names.reversed() { try daemon.simulated.unstick(name, .suspend) }
            for id in ids { #expect(try client.result(of: id)["runState"] == "suspended") }
        }
    }

    @Test func aDeviceThatFailsWhileSuspendedIsNoLongerSuspended() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.raiseStatus("net0", .needsReset)
            #expect(try client.runState("net0") == "needsReset")
            let failure = try client.failure("device.resume", ["device": "net0"], is: "deviceFailed")
            #expect(failure.runStateAfter == "needsReset")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    // MARK: Hand back

    @Test func aDeviceHandedBackIsForgottenAndNothingIsCalled() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let before = try daemon.simulated.statistics("net0")["calls"]
            let reply = try client.call("device.handBack", ["device": "net0"])
            #expect(reply["runState"] != "suspended")
            #expect(try daemon.simulated.statistics("net0")["calls"] == before)
            // vdpad will not resume it by itself, not even after a crash.
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            #expect(try again.runState("net0") != "suspended")
            try expectThroughout(100, "no resume after a hand back") {
                try daemon.simulated.count("net0", .resume) == 0
            }
        }
    }

    @Test(arguments: [true, false]) func handBackOfWhatIsNotSuspendedDoesNothing(isHeld: Bool) async throws {
        try await withDaemon { daemon, client in
            if isHeld { try daemon.hold("net0") }
            let reply = try client.call("device.handBack", ["device": "net0"])
            #expect(reply["runState"] != "suspended")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            try client.failure("device.handBack", ["device": "net9"], is: "deviceNotFound")
        }
    }

    @Test func aDeviceHandedBackCanBeResumedOrSuspendedOnRequest() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.handBack", ["device": "net0"])
            #expect(try client.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
            _ = try client.call("device.handBack", ["device": "net0"])
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }
}
