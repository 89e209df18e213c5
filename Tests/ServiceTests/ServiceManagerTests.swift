import Glibc
import JSON
import LinuxIO
import Testing
import VDPA

/// What a service manager is told, and what it tells.
@Suite("The service manager")
struct ServiceManagerTests {
    @Test func itIsToldOfTheStartOfLifeAndOfTheStop() async throws {
        try await withSimulatedHost { daemon in
            let manager = try NotifySocket(at: daemon.directory.path + "/notify.sock")
            try daemon.start(environment: ["NOTIFY_SOCKET=\(manager.path)", "WATCHDOG_USEC=60000"])
            try wait(until: "it is ready") { manager.count("READY=1") == 1 }
            let begin = MonotonicInstant.now
            let before = manager.count("WATCHDOG=1")
            try wait(until: "it lives") { manager.count("WATCHDOG=1") >= before + 4 }
            // Twice as often as it is wanted, not more often.
            #expect(MonotonicInstant.now.nanoseconds(since: begin) > 80_000_000)
            #expect(manager.count("STOPPING=1") == 0)
            try daemon.stop()
            #expect(manager.count("STOPPING=1") == 1)
            #expect(manager.count("READY=1") == 1)
        }
    }

    @Test func aDaemonThatDoesNotTurnIsSilent() async throws {
        try await withSimulatedHost { daemon in
            let manager = try NotifySocket(at: daemon.directory.path + "/notify.sock")
            try daemon.start(environment: ["NOTIFY_SOCKET=\(manager.path)", "WATCHDOG_USEC=20000"])
            try wait(until: "it lives") { manager.count("WATCHDOG=1") >= 2 }
            let process = try #require(daemon.process)
            process.send(signal: SIGSTOP)
            try wait(until: "it stands") {
                try Files.readText("/proc/\(process.processID)/stat", limit: 4_096).contains(") T ")
            }
            let before = manager.count("WATCHDOG=1")
            expectThroughout(200, "no sign of life") { manager.count("WATCHDOG=1") == before }
            process.send(signal: SIGCONT)
            try wait(until: "it lives again") { manager.count("WATCHDOG=1") > before }
        }
    }

    @Test func whoWantsNoSignOfLifeGetsNone() async throws {
        try await withSimulatedHost { daemon in
            let manager = try NotifySocket(at: daemon.directory.path + "/notify.sock")
            try daemon.start(environment: ["NOTIFY_SOCKET=\(manager.path)", "WATCHDOG_USEC=1000", "WATCHDOG_PID=1"])
            try wait(until: "it is ready") { manager.count("READY=1") == 1 }
            try daemon.stop()
            #expect(manager.count("WATCHDOG=1") == 0)
        }
    }

    /// A successor honours leases, so that a restart and an upgrade touch no stopped device.
    @Test func aRestartLeavesLeasesToTheSuccessor() async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            let stop = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            _ = try client.call("device.suspend", ["device": "blk0", "lease": "connection"])
            try daemon.stop(SIGUSR1)
            // No connection outlives the daemon.
            try daemon.simulated.waitForIO("blk0")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            try daemon.start()
            let next = try daemon.connect()
            try wait(until: "it was looked at") { try next.runState("net0") == "suspended" }
            #expect(
                try next.call("device.get", ["device": "net0"])["device"]?["lease"]?["operation"] == stop["operation"])
            _ = try next.call("device.resume", ["device": "net0"])
        }
    }
}
