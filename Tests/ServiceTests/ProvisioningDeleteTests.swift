import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Deleting devices")
struct ProvisioningDeleteTests {
    private static let net0: JSONValue = ["device": "net0"]

    @Test func aDeviceThatNobodyHoldsIsDeleted() async throws {
        try await withDaemon { daemon, client in
            let reply = try client.call("device.delete", Self.net0)
            #expect(reply["device"] == "net0")
            #expect(reply["runState"] == "gone")
            #expect(try client.deviceNames() == ["blk0"])
            try client.failure("device.delete", Self.net0, is: "deviceNotFound")
            try client.failure("device.get", Self.net0, is: "deviceNotFound")
            #expect(try RestartTests.records(daemon) == [])
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test(arguments: ["none", "vhost_vdpa"]) func howItIsBoundDoesNotMatter(driver: String) async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": .string(driver)])
            try client.call("device.delete", ["device": "vm1"])
            try client.expectUntouched(daemon)
        }
    }

    @Test func aDeviceOfTheHostIsDeletedOnlyWhenThatIsMeant() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": "virtio_vdpa"])
            let failure = try client.failure("device.delete", ["device": "vm1"], is: "invalidParams")
            #expect(failure.message.contains("confirm"), "\(failure)")
            #expect(failure.message.contains("virtio_vdpa"), "\(failure)")
            #expect(try client.device("vm1")["driver"] == "virtio_vdpa")
            #expect(try daemon.simulated.count("vm1", .unbind) == 0)
            try client.call("device.delete", ["device": "vm1", "confirm": true])
            try client.expectUntouched(daemon)
        }
    }

    // MARK: Devices that somebody holds

    @Test(arguments: [true, false]) func aHeldDeviceIsNotTouched(confirm: Bool) async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0", command: "qemu")
            #expect(try client.runState("net0") == "running")
            let resets = try daemon.simulated.resets("net0")
            let failure = try client.failure(
                "device.delete", ["device": "net0", "confirm": .bool(confirm)], is: "deviceBusy")
            #expect(failure.data["holders"]?[0]?["pid"]?.number == pid)
            #expect(failure.data["holders"]?[0]?["comm"] == "qemu")
            #expect(failure.message.contains("\(pid)"), "\(failure)")
            #expect(failure.runStateAfter == "running")
            #expect(try daemon.simulated.count("net0", .unbind) == 0)
            #expect(try daemon.simulated.count("net0", .delete) == 0)
            #expect(try daemon.simulated.resets("net0") == resets)
            #expect(try client.device("net0")["driver"] == "vhost_vdpa")
            #expect(try client.device("net0")["node"] == "/dev/vhost-vdpa-0")
            #expect(try RestartTests.records(daemon) == [])
            try daemon.simulated.waitForIO("net0")
            // The same device can still be stopped and started, and deleted when it is free.
            #expect(try client.call("device.suspend", Self.net0)["runState"] == "suspended")
            try client.failure("device.delete", Self.net0, is: "deviceBusy")
            #expect(try client.call("device.resume", Self.net0)["runState"] == "running")
            try daemon.simulated.release("net0")
            #expect(try client.call("device.delete", Self.net0)["runState"] == "gone")
        }
    }

    /// Nothing but the open decides: also a holder that cannot be found is one.
    @Test func aHolderThatCannotBeFoundIsOne() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail(nil, .scan, .permissionDenied)
            try daemon.simulated.hold("net0")
            try client.failure("device.delete", Self.net0, is: "deviceBusy")
            #expect(try client.device("net0")["driver"] == "vhost_vdpa")
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func vdpadDoesNotDeleteWhatItHasOpenItself() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.open", ["device": "net0", "initialize": [:]])
            let failure = try client.failure("device.delete", Self.net0, is: "deviceBusy")
            #expect(failure.advice.contains("device.close"), "\(failure)")
            #expect(try client.runState("net0") == "running")
            try client.call("device.close", Self.net0)
            try client.call("device.delete", Self.net0)
        }
    }

    // MARK: Steps that fail

    /// EIO at open(2) means that nobody had it open.
    @Test func aDeviceThatDoesNotAnswerIsDeleted() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .open, .ioError)
            #expect(try client.call("device.delete", Self.net0)["runState"] == "gone")
            #expect(try client.deviceNames() == ["blk0"])
        }
    }

    @Test(arguments: [SimulatedCall.unbind, .delete], ["vhost_vdpa", "virtio_vdpa"])
    func whatCannotBeDeletedIsBoundAsBefore(step: SimulatedCall, driver: String) async throws {
        try await withDaemon { daemon, client in
            try client.call("device.add", ["name": "vm1", "mgmtdev": "simnet0", "driver": .string(driver)])
            try daemon.simulated.fail("vm1", step, .ioError, times: 1)
            let target: JSONValue = ["device": "vm1", "confirm": true]
            let failure = try client.failure("device.delete", target, is: "kernelError")
            #expect(failure.data["errno"] == "EIO")
            if step == .delete { #expect(failure.message.contains("bound to \(driver) again"), "\(failure)") }
            #expect(try client.device("vm1")["driver"]?.text == driver)
            #expect(try RestartTests.records(daemon, of: "vm1") == [])
            if driver == "vhost_vdpa" {
                try daemon.hold("vm1")
                try client.failure("device.delete", target, is: "deviceBusy")
                try daemon.simulated.release("vm1")
            }
            try client.call("device.delete", target)
            try client.expectUntouched(daemon)
        }
    }

    @Test func whatCannotBeBoundAgainIsSaid() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .delete, .ioError, times: 1)
            try daemon.simulated.fail("net0", .bind, .noMemory, times: 1)
            let failure = try client.failure("device.delete", Self.net0, is: "kernelError")
            #expect(failure.data["errno"] == "EIO")
            #expect(failure.message.contains("not bound any more"), "\(failure)")
            #expect(try client.device("net0")["driver"] == nil)
            #expect(try client.call("device.bind", ["device": "net0", "driver": "vhost_vdpa"])["node"] != nil)
        }
    }

    @Test func aBoundAgainNodeHasItsRights() async throws {
        try await withSimulatedHost { daemon in
            try daemon.start(["--config", try daemon.configure(#"{"node": {"mode": "0640"}}"#)])
            let client = try daemon.connect()
            try daemon.simulated.fail("net0", .delete, .ioError, times: 1)
            try client.failure("device.delete", Self.net0, is: "kernelError")
            #expect(try client.device("net0")["nodeRights"]?["mode"] == "0640")
        }
    }

    // MARK: Steps that do not return

    @Test(arguments: [SimulatedCall.open, .unbind, .delete])
    func aDeletionGoesOnAfterItsDeadline(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            try daemon.simulated.stick("net0", step)
            let failure = try client.failure(
                "device.delete", ["device": "net0", "deadlineMs": 100], is: "deadlineExceeded")
            #expect(failure.data["operation"]?.text?.isEmpty == false)
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            try daemon.simulated.unstick("net0", step)
            try wait(until: "net0 is deleted") { try client.deviceNames() == ["blk0"] }
            try wait(until: "nothing is remembered") { daemon.hasForgotten("net0") }
            try wait(until: "the daemon is healthy") { try client.call("system.health")["healthy"] == true }
        }
    }

    @Test(arguments: [SimulatedCall.unbind, .delete])
    func aDeletionGoesOnWithoutItsClient(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", step)
            do {
                let other = try daemon.connect()
                _ = try other.send("device.delete", Self.net0)
                try wait(until: "it has begun") { try daemon.simulated.count("net0", step) == 1 }
            }
            try daemon.simulated.unstick("net0", step)
            try wait(until: "net0 is deleted") { try client.deviceNames() == ["blk0"] }
        }
    }

    // MARK: Turns

    @Test func aDeletionWaitsForASuspendOfTheSameDevice() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let other = try daemon.connect()
            let suspend = try client.send("device.suspend", Self.net0)
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            let delete = try other.send("device.delete", Self.net0)
            // A call that comes after it on the same connection does not wait.
            #expect(try other.call("system.health")["deviceCount"] == 2)
            try expectThroughout(100, "nothing is done to the device") {
                try daemon.simulated.count("net0", .open) == 0 && daemon.simulated.count("net0", .unbind) == 0
            }
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try client.result(of: suspend)["runState"] == "suspended")
            let failure = try other.failure(of: delete)
            #expect(failure.name == "deviceBusy", "\(failure)")
            #expect(failure.runStateAfter == "suspended")
            #expect(try client.call("device.resume", Self.net0)["runState"] == "running")
        }
    }

    @Test func ofTwoDeletionsOneFindsNothing() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .unbind)
            let other = try daemon.connect()
            let first = try client.send("device.delete", Self.net0)
            try wait(until: "it has begun") { try daemon.simulated.count("net0", .unbind) == 1 }
            let second = try other.send("device.delete", Self.net0)
            try daemon.simulated.unstick("net0", .unbind)
            #expect(try client.result(of: first)["runState"] == "gone")
            #expect(try other.failure(of: second).name == "deviceNotFound")
        }
    }

    /// Somebody opens the node as soon as it is there, again and again, while it is deleted.
    @Test func aRaceForTheNodeEndsWithATrueAnswer() async throws {
        try await withDaemon { daemon, client in
            for round in 1...20 {
                let name = "vm\(round)"
                try client.call("device.add", ["name": .string(name), "mgmtdev": "simnet0", "driver": "vhost_vdpa"])
                let id = try client.send("device.delete", ["device": .string(name)])
                let isHeld = (try? daemon.simulated.hold(name)) != nil
                do {
                    #expect(try client.result(of: id)["runState"] == "gone")
                    #expect(isHeld == false)
                } catch let failure as Failure {
                    #expect(failure.name == "deviceBusy", "\(failure)")
                    #expect(isHeld)
                    #expect(try client.device(name)["driver"] == "vhost_vdpa")
                    try daemon.simulated.release(name)
                    try client.call("device.delete", ["device": .string(name)])
                }
            }
            try client.expectUntouched(daemon)
        }
    }
}
