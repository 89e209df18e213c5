import Glibc
import JSON
import Testing
import VDPA

@Suite("Waiting for a run state")
struct WaitTests {
    private static func params(_ device: String = "net0", _ until: String..., deadlineMs: Int = 60_000) -> JSONValue {
        ["device": .string(device), "until": .array(until.map { .string($0) }), "deadlineMs": JSONValue(deadlineMs)]
    }

    @Test func whatIsSoAlreadyIsAnsweredAtOnce() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            #expect(try client.runState("net0") == "running")
            let state = try client.call("device.wait", Self.params("net0", "suspended", "running"))
            #expect(state["device"] == "net0")
            #expect(state["runState"] == "running")
            #expect(state["access"] == "shared")
        }
    }

    @Test(arguments: ["suspending", "suspended"]) func aChangeEndsTheWait(runState: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let other = try daemon.connect()
            let waits = try [
                client.send("device.wait", Self.params("net0", runState)),
                client.send("device.wait", Self.params("net0", runState, "failed")),
            ]
            _ = try client.call("device.suspend", ["device": "net0"])
            for wait in waits { #expect(try client.result(of: wait)["runState"]?.text == runState) }
            #expect(try other.call("device.wait", Self.params("net0", "suspended"))["runState"] == "suspended")
        }
    }

    @Test func aWaitIsInNobodysWayAndNobodyInIts() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let wait = try client.send("device.wait", Self.params("net0", "idle"))
            _ = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.resume", ["device": "net0"])
            try daemon.simulated.stick("net0", .suspend)
            let stuck = try client.send("device.suspend", ["device": "net0"])
            let state = try daemon.connect().call("device.wait", Self.params("net0", "suspending"))
            #expect(state["runState"] == "suspending")
            try daemon.simulated.unstick("net0", .suspend)
            _ = try client.result(of: stuck)
            try daemon.simulated.release("net0")
            #expect(try client.result(of: wait)["runState"] == "idle")
        }
    }

    @Test func theDeadlineSaysWhereTheDeviceIs() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let failure = try client.failure(
                "device.wait", Self.params("net0", "running", "idle", deadlineMs: 20), is: "deadlineExceeded")
            #expect(failure.runStateAfter == "suspended")
            #expect(failure.message.contains("idle, running"), "\(failure.message)")
        }
    }

    @Test func aDeviceThatVanishesEndsTheWait() async throws {
        try await withDaemon { daemon, client in
            let awaited = try client.send("device.wait", Self.params("net0", "running", "gone"))
            let other = try client.send("device.wait", Self.params("net0", "running"))
            _ = try client.call("system.info")
            try daemon.simulated.vanish("net0")
            #expect(try client.result(of: awaited)["runState"] == "gone")
            let failure = try client.failure(of: other)
            #expect(failure.name == "deviceGone")
            #expect(failure.runStateAfter == "gone")
        }
    }

    @Test func whatIsNotThereIsGone() async throws {
        try await withDaemon { daemon, client in
            #expect(try client.call("device.wait", Self.params("net7", "gone"))["runState"] == "gone")
            try client.failure("device.wait", Self.params("net7", "running"), is: "deviceNotFound")
            try daemon.simulated.add("net7", .net)
            #expect(try client.call("device.wait", Self.params("net7", "idle"))["runState"] == "idle")
        }
    }

    @Test func theEndOfTheDaemonEndsTheWait() async throws {
        try await withDaemon { daemon, client in
            let wait = try client.send("device.wait", Self.params("net0", "running"))
            _ = try client.call("system.info")
            daemon.process?.send(signal: SIGTERM)
            #expect(try client.failure(of: wait).name == "cancelled")
            try daemon.stop()
        }
    }

    @Test(arguments: [[], ["asleep"], [1]] as [JSONValue]) func whatIsNoRunStateIsRefused(until: JSONValue) async throws
    {
        try await withDaemon { _, client in
            let failure = try client.failure(
                "device.wait", ["device": "net0", "until": until], is: "invalidParams")
            #expect(failure.message.contains("until"), "\(failure.message)")
        }
    }
}
