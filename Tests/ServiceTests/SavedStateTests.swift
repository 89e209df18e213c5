import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// What becomes of the devices that vdpad itself has open when it ends.
@Suite("States that are kept at the end of the daemon")
struct SavedStateTests {
    private static func path(_ daemon: DaemonUnderTest) -> String { "\(daemon.stateDirectory)/exports/net0.json" }

    private static func saved(_ daemon: DaemonUnderTest) throws -> JSONValue? {
        guard try Files.exists(path(daemon)) else { return nil }
        return try JSONParser.parse(Array(Files.readText(path(daemon), limit: 1 << 20).utf8).span)
    }

    @Test(arguments: [SIGTERM, SIGUSR1]) func anOrderlyStopKeepsTheState(signal: Int32) async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            try daemon.stop(signal)
            #expect(try daemon.simulated.count("net0", .suspend) >= 1)
            #expect(try daemon.simulated.resets("net0") == 2)
            let state = try #require(try Self.saved(daemon))
            #expect(state["stability"]?["suspended"] == true)
            #expect(state["completeness"]?["complete"] == true)

            try daemon.start()
            let next = try daemon.connect()
            #expect(try next.runState("net0") == "idle")
            let restored = try next.call(
                "state.restore", ["device": "net0", "state": state, "mode": "owner", "start": true])
            #expect(restored["runState"] == "running")
            // It is not the last state any more.
            #expect(try Self.saved(daemon) == nil)
        }
    }

    @Test func aSuspendedDeviceIsKeptAsItStands() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.stop()
            #expect(try Self.saved(daemon)?["stability"]?["suspended"] == true)
        }
    }

    @Test func aCrashKeepsNothing() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            try daemon.kill()
            #expect(try Self.saved(daemon) == nil)
            try daemon.start()
            #expect(try daemon.connect().runState("net0") == "idle")
        }
    }

    @Test func aDeviceThatWasNotBroughtUpHasNone() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", ["device": "net0"])
            try daemon.stop()
            #expect(try Self.saved(daemon) == nil)
        }
    }

    /// What cannot be kept is said, and the daemon ends all the same.
    @Test func aStateThatCannotBeKeptIsSaid() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            try daemon.simulated.fail("net0", .suspend, .ioError)
            try daemon.stop()
            #expect(try Self.saved(daemon) == nil)
            #expect(daemon.log.contains("is lost"), "\(daemon.log)")
            #expect(try daemon.simulated.resets("net0") == 2)
        }
    }
}
