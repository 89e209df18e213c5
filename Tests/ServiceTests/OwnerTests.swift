import DeviceState
import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Devices that vdpad opens itself")
struct OwnerTests {
    static let bringUp: JSONValue = ["device": "net0", "initialize": [:]]

    @Test func anOpenDeviceIsOursAndReset() async throws {
        try await withDaemon { daemon, client in
            let reply = try client.call("device.open", ["device": "net0"])
            #expect(reply["access"] == "owner")
            #expect(reply["runState"] == "idle")
            #expect(reply["status"]?.mask == 0)
            let status = try client.status("net0")
            #expect(status["access"] == "owner")
            #expect(status["runState"] == "idle")
            #expect(try daemon.simulated.resets("net0") == 1)
            try client.failure("device.suspend", ["device": "net0"], is: "notRunning")
        }
    }

    @Test(arguments: ["net0", "blk0"]) func anInitializedDeviceRuns(device: String) async throws {
        try await withDaemon { _, client in
            let reply = try client.call("device.open", ["device": .string(device), "initialize": [:]])
            #expect(reply["access"] == "owner")
            #expect(reply["runState"] == "running")
            #expect(reply["status"]?.mask == 0xf)
            let config = try client.call("device.config", ["device": .string(device)])
            // Always VERSION_1 and ACCESS_PLATFORM.
            #expect((config["negotiatedFeatures"]?.mask ?? 0) & 0x3_0000_0000 == 0x3_0000_0000)
            #expect(config["raw"] != nil)
        }
    }

    @Test func theStopOfAnOwnDeviceIsVouchedFor() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", Self.bringUp)
            let reply = try client.call("device.suspend", ["device": "net0"])
            #expect(reply["runState"] == "suspended")
            #expect(reply["access"] == "owner")
            #expect(reply["vouched"] == true)
            let resumed = try client.call("device.resume", ["device": "net0"])
            #expect(resumed["runState"] == "running")
            #expect(resumed["access"] == "owner")
            #expect(resumed["kickNeeded"]?.flag != nil)
            #expect(resumed["configurationChanged"] == false)
        }
    }

    @Test func aDeviceStaysOpenWhenItsClientGoes() async throws {
        try await withDaemon { daemon, _ in
            do {
                let client = try daemon.connect()
                _ = try client.call("device.open", Self.bringUp)
            }
            let status = try daemon.connect().status("net0")
            #expect(status["access"] == "owner")
            #expect(status["runState"] == "running")
        }
    }

    @Test func closingResetsTheDevice() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", Self.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            let reply = try client.call("device.close", ["device": "net0"])
            #expect(reply["access"] == "none")
            #expect(reply["runState"] == "idle")
            #expect(try client.runState("net0") == "idle")
            #expect(try daemon.simulated.resets("net0") == 2)
            // Nothing remains of the stop.
            #expect(try client.call("device.open", Self.bringUp)["runState"] == "running")
            #expect(try client.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
        }
    }

    @Test(arguments: [true, false]) func onlyWhatIsOursCanBeClosed(isHeld: Bool) async throws {
        try await withDaemon { daemon, client in
            if isHeld { try daemon.hold("net0") }
            try client.failure("device.close", ["device": "net0"], is: "notOwner")
            if isHeld { try daemon.simulated.waitForIO("net0") }
        }
    }

    @Test(arguments: [true, false]) func aDeviceThatSomebodyHoldsIsBusy(initialize: Bool) async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0", command: "qemu-system-x86")
            let failure = try client.failure(
                "device.open", initialize ? Self.bringUp : ["device": "net0"], is: "deviceBusy")
            #expect(failure.code == 1002)
            #expect(failure.data["holders"]?[0]?["pid"]?.number == pid)
            #expect(failure.data["holders"]?[0]?["comm"] == "qemu-system-x86")
            #expect(failure.data["retryable"] == true)
            // Nothing happened to its holder.
            #expect(try daemon.simulated.resets("net0") == 1)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aDeviceCannotBeOpenedTwice() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", Self.bringUp)
            let resets = try daemon.simulated.resets("net0")
            try client.failure("device.open", Self.bringUp, is: "deviceBusy", "operationInProgress")
            #expect(try daemon.simulated.resets("net0") == resets)
            #expect(try client.runState("net0") == "running")
        }
    }

    static let steps: [SimulatedCall] = [
        .open, .setOwner, .setBackendFeatures, .setFeatures, .setStatus, .setVringNum, .setVringBase, .setVringEnable,
    ]

    @Test(arguments: steps) func anOpeningThatFailsLeavesTheDeviceClosed(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", step, .ioError)
            let failure = try client.failure("device.open", Self.bringUp, is: "kernelError", "deviceFailed")
            #expect(failure.data["errno"] == "EIO")
            #expect(try client.status("net0")["access"] == "none")
            #expect(try client.runState("net0") == "idle")
            try daemon.simulated.fail("net0", step, nil)
            #expect(try client.call("device.open", Self.bringUp)["runState"] == "running")
        }
    }

    @Test func aDeviceThatDoesNotKeepFeaturesOKIsFoundOutAndClosed() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.refuseStatus("net0", .featuresOK)
            try client.failure("device.open", Self.bringUp, is: "verificationFailed")
            #expect(try client.status("net0")["access"] == "none")
        }
    }

    @Test(arguments: [0, 3, 512, 32_769]) func aRingSizeThatCannotBeIsRefused(size: Int) async throws {
        try await withDaemon { _, client in
            try client.failure(
                "device.open", ["device": "net0", "initialize": ["queueSize": JSONValue(size)]],
                is: "invalidParams", "notSupported")
            #expect(try client.status("net0")["access"] == "none")
        }
    }

    @Test func whoeverComesAfterwardsFindsTheDeviceTaken() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", ["device": "net0"])
            #expect(throws: HarnessError.self) { try daemon.simulated.hold("net0") }
            _ = try client.call("device.close", ["device": "net0"])
            try daemon.hold("net0")
            #expect(try client.status("net0")["access"] == "shared")
        }
    }

    @Test func stoppingTheDaemonClosesTheDevice() async throws {
        try await withDaemon { daemon, client in
            _ = try client.call("device.open", Self.bringUp)
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.stop()
            try wait(until: "the device is reset") { try daemon.simulated.resets("net0") == 2 }
            try daemon.start()
            let status = try daemon.connect().status("net0")
            #expect(status["runState"] == "idle")
            #expect(status["access"] == "none")
        }
    }
}
