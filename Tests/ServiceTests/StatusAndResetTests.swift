import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Setting the status, and reset")
struct StatusAndResetTests {
    static let confirmed: JSONValue = ["device": "net0", "confirm": true]

    @Test func theStatusOfAHeldDeviceIsChangedOnlyWithConfirm() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0", running: false)
            let before = try daemon.simulated.count("net0", .setStatus)
            let failure = try client.failure(
                "device.setStatus", ["device": "net0", "status": 11], is: "deviceBusy", "invalidParams")
            #expect(failure.advice.contains("confirm"))
            #expect(try daemon.simulated.count("net0", .setStatus) == before)
            let reply = try client.call("device.setStatus", Self.confirmed.setting("status", to: 11))
            #expect(reply["status"]?.mask == 11)
            #expect(reply["access"] == "shared")
            #expect(reply["runState"] == "idle")
            #expect(try daemon.simulated.count("net0", .setStatus) == before + 1)
        }
    }

    /// Some devices resume when an unchanged status is written.
    @Test func anUnchangedStatusIsNotWritten() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let before = try daemon.simulated.count("net0", .setStatus)
            let completions = try daemon.simulated.completions("net0")
            let reply = try client.call("device.setStatus", Self.confirmed.setting("status", to: 15))
            #expect(reply["status"]?.mask == 15)
            #expect(reply["runState"] == "suspended")
            #expect(try daemon.simulated.count("net0", .setStatus) == before)
            try expectThroughout(50, "the device stays stopped") {
                try daemon.simulated.completions("net0") == completions
            }
        }
    }

    @Test(arguments: [1, 7, 11, 128]) func aBitCannotBeCleared(status: Int) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let before = try daemon.simulated.count("net0", .setStatus)
            let failure = try client.failure(
                "device.setStatus", Self.confirmed.setting("status", to: JSONValue(status)), is: "invalidParams")
            #expect(failure.message.contains("status"))
            #expect(try daemon.simulated.count("net0", .setStatus) == before)
            #expect(try client.runState("net0") == "running")
        }
    }

    @Test func whatIsSetShowsInTheRunState() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let reply = try client.call("device.setStatus", Self.confirmed.setting("status", to: 0x8f))
            #expect(reply["status"]?.mask == 0x8f)
            #expect(reply["runState"] == "failed")
            #expect(try client.runState("net0") == "failed")
        }
    }

    @Test func anOwnDeviceNeedsNoConfirm() async throws {
        try await withDaemon { _, client in
            _ = try client.call("device.open", ["device": "net0"])
            for status in [1, 3] {
                let reply = try client.call("device.setStatus", ["device": "net0", "status": JSONValue(status)])
                #expect(reply["status"]?.mask == UInt64(status))
                #expect(reply["access"] == "owner")
                #expect(reply["runState"] == "idle")
            }
            try client.failure("device.setStatus", ["device": "net0", "status": 1], is: "invalidParams")
        }
    }

    /// Success is what was read back, not what an ioctl returned.
    @Test func aBitThatTheDeviceDropsIsFoundOut() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0", running: false)
            try daemon.simulated.refuseStatus("net0", .featuresOK)
            let failure = try client.failure(
                "device.setStatus", Self.confirmed.setting("status", to: 11), is: "verificationFailed")
            #expect(failure.data["stateAfter"]?["status"]?.mask == 3)
        }
    }

    @Test func theStatusOfADeviceThatNobodyHoldsCannotBeSet() async throws {
        try await withDaemon { daemon, client in
            try client.failure("device.setStatus", Self.confirmed.setting("status", to: 1))
            #expect(try daemon.simulated.resets("net0") == 0)
        }
    }

    // MARK: Reset

    @Test func aHeldDeviceIsResetOnlyWithConfirm() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let failure = try client.failure("device.reset", ["device": "net0"], is: "deviceBusy", "invalidParams")
            #expect(failure.advice.contains("confirm"))
            #expect(try daemon.simulated.resets("net0") == 1)
            try daemon.simulated.waitForIO("net0")
            let reply = try client.call("device.reset", Self.confirmed)
            #expect(reply["runState"] == "idle")
            #expect(reply["status"]?.mask == 0)
            #expect(reply["access"] == "shared")
            #expect(reply["lost"]?.elements.isEmpty == false)
            #expect(try daemon.simulated.resets("net0") == 2)
        }
    }

    @Test func aResetForgetsTheStop() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            #expect(try client.call("device.reset", Self.confirmed)["runState"] == "idle")
            #expect(try client.runState("net0") == "idle")
            try client.failure("device.resume", ["device": "net0"], is: "notRunning")
            try daemon.kill()
            try daemon.start()
            #expect(try daemon.connect().runState("net0") == "idle")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func anOwnDeviceIsResetWithoutConfirmAndStaysOpen() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", OwnerTests.bringUp)
            let reply = try client.call("device.reset", ["device": "net0"])
            #expect(reply["runState"] == "idle")
            #expect(reply["access"] == "owner")
            #expect(reply["status"]?.mask == 0)
            #expect(reply["lost"]?.elements.isEmpty == false)
        }
    }

    @Test func aDeviceThatNobodyHoldsIsNotReset() async throws {
        try await withDaemon { daemon, client in
            // Reset already by its last close; whatever is answered, nothing is opened for it.
            let id = try client.send("device.reset", Self.confirmed)
            _ = try client.nextReply()
            _ = try? client.result(of: id)
            #expect(try daemon.simulated.statistics("net0")["calls"]?["open"] == nil)
        }
    }

    @Test func aResetThatTheKernelRefusesIsAnError() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .setStatus, .ioError, times: 1)
            let failure = try client.failure("device.reset", Self.confirmed, is: "kernelError", "deviceFailed")
            #expect(failure.data["errno"] == "EIO")
            #expect(failure.runStateAfter == "running")
        }
    }
}
