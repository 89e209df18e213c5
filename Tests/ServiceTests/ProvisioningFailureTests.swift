import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Creations that fail half-way")
struct ProvisioningFailureTests {
    /// Every step of it is needed: autoprobe, DEV_NEW, bind, the rights of the node, the configuration read back.
    static let full: JSONValue = [
        "name": "vm1", "mgmtdev": "simnet0", "mac": "02:00:00:00:00:07", "driver": "vhost_vdpa",
        "node": ["mode": "0660"],
    ]

    /// The steps before which nothing is there, and those after which there is a device.
    static let before: [SimulatedCall] = [.autoprobe, .create]
    static let after: [SimulatedCall] = [.bind, .chown, .getConfigurationByNetlink]

    @Test(arguments: before, [Errno.ioError, .noMemory])
    func aStepThatFailsAtTheStartLeavesNothing(step: SimulatedCall, errno: Errno) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail(nil, step, errno, times: 1)
            let failure = try client.failure("device.add", Self.full, is: "kernelError")
            #expect(failure.data["errno"]?.text == (errno == .ioError ? "EIO" : "ENOMEM"))
            try client.expectUntouched(daemon)
            #expect(try client.call("device.add", Self.full)["driver"] == "vhost_vdpa")
        }
    }

    @Test(arguments: after) func aLaterStepThatFailsTakesTheDeviceBack(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail(nil, step, .ioError, times: step == .getConfigurationByNetlink ? nil : 1)
            let failure = try client.failure("device.add", Self.full, is: "kernelError")
            #expect(failure.data["errno"] == "EIO", "\(failure)")
            #expect(failure.message.contains("deleted again"), "\(failure)")
            #expect(failure.runStateAfter == "gone", "\(failure)")
            try daemon.simulated.fail(nil, step, nil)
            try client.expectUntouched(daemon)
            #expect(try client.call("device.add", Self.full)["driver"] == "vhost_vdpa")
        }
    }

    /// The write that turns autoprobe on again fails, once or for as long as the daemon lives.
    @Test(arguments: [1, nil]) func autoprobeIsRestoredInTheEnd(times: Int?) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .create)
            let id = try client.send("device.add", Self.full)
            let other = try OtherAdministrator(of: daemon)
            try wait(until: "autoprobe is off") { try other.isAutoprobing() == false }
            try daemon.simulated.fail(nil, .autoprobe, .ioError, times: times)
            try daemon.simulated.unstick(nil, .create)
            let failure = try client.failure(of: id)
            #expect(failure.name == "kernelError", "\(failure)")
            #expect(failure.message.contains("drivers_autoprobe"), "\(failure)")
            #expect(failure.message.contains("deleted again"), "\(failure)")
            #expect(try client.deviceNames() == ["blk0", "net0"])
            try daemon.simulated.fail(nil, .autoprobe, nil)
            if times == nil {
                // What could not be restored is on disk for the next start.
                try daemon.stop()
                try daemon.start()
            }
            let again = try daemon.connect()
            try wait(until: "autoprobe is on again") { try again.isAutoprobing() }
            try again.expectUntouched(daemon)
        }
    }

    /// A write of autoprobe fails, or the reading before it if that is late.
    @Test func aDeviceIsNotCreatedWhileAutoprobeCannotBeTurnedOff() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .autoprobe)
            let id = try client.send("device.add", Self.full)
            try wait(until: "it has begun") { daemon.remembers("vm1") }
            try daemon.simulated.fail(nil, .autoprobe, .ioError, times: 1)
            try daemon.simulated.unstick(nil, .autoprobe)
            let failure = try client.failure(of: id)
            #expect(failure.name == "kernelError", "\(failure)")
            #expect(failure.message.contains("drivers_autoprobe"), "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    @Test func whatIsReadBackIsCompared() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .bind)
            let id = try client.send("device.add", Self.full)
            try wait(until: "it is there") { (try? daemon.simulated.count("vm1", .bind)) == 1 }
            try daemon.simulated.control(
                .setConfiguration(try DeviceName("vm1"), offset: 0, bytes: [2, 0, 0, 0, 0, 8]))
            try daemon.simulated.unstick(nil, .bind)
            let failure = try client.failure(of: id)
            #expect(failure.name == "verificationFailed", "\(failure)")
            #expect(failure.message.contains("02:00:00:00:00:08"), "\(failure)")
            #expect(failure.message.contains("deleted again"), "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    @Test func aDeviceThatVanishesMeanwhileIsGone() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .bind)
            let id = try client.send("device.add", Self.full)
            try wait(until: "it is there") { (try? daemon.simulated.count("vm1", .bind)) == 1 }
            try daemon.simulated.vanish("vm1")
            try daemon.simulated.unstick(nil, .bind)
            let failure = try client.failure(of: id)
            #expect(failure.name == "deviceGone", "\(failure)")
            #expect(failure.runStateAfter == "gone", "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    /// Whoever opens the new node first keeps the device, and the reply says that it is there.
    @Test func aDeviceThatSomebodyHasOpenedMeanwhileStays() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .chown)
            try daemon.simulated.fail(nil, .chown, .ioError, times: 1)
            let id = try client.send("device.add", Self.full)
            try wait(until: "it is there") { (try? daemon.simulated.count("vm1", .chown)) == 1 }
            try daemon.simulated.hold("vm1")
            try daemon.simulated.unstick(nil, .chown)
            let failure = try client.failure(of: id)
            #expect(failure.message.contains("still there"), "\(failure)")
            #expect(try client.device("vm1")["driver"] == "vhost_vdpa")
            try daemon.simulated.waitForIO("vm1")
            try daemon.simulated.release("vm1")
            try wait(until: "it is free") { try client.device("vm1")["access"] == "none" }
            try client.call("device.delete", ["device": "vm1"])
            try client.expectUntouched(daemon)
        }
    }

    /// The owner or the group is looked up only when the node is there.
    @Test(arguments: ["owner", "group"]) func anUnknownUserIsNamed(member: String) async throws {
        try await withDaemon { daemon, client in
            let node = JSONValue.object([JSONMember(name: member, value: "no-such-name")])
            let failure = try client.failure("device.add", Self.full.setting("node", to: node))
            #expect(["invalidParams", "kernelError", "notSupported"].contains(failure.name), "\(failure)")
            #expect(failure.message.contains("no-such-name"), "\(failure)")
            try client.expectUntouched(daemon)
        }
    }

    // MARK: Steps that do not return

    @Test(arguments: before + after)
    func aDeviceThatIsReadyAfterTheDeadlineIsDeletedAgain(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            try daemon.simulated.stick(nil, step)
            let failure = try client.failure(
                "device.add", Self.full.setting("deadlineMs", to: 100), is: "deadlineExceeded")
            #expect(failure.data["operation"]?.text?.isEmpty == false)
            #expect(failure.data["retryable"] == true)
            try client.failure(
                "device.delete", ["device": "vm1", "deadlineMs": 50], is: "operationInProgress", "deviceNotFound")
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "blk0"])["runState"] == "running")
            try daemon.simulated.unstick(nil, step)
            // It waits for its turn, so that nothing of the first one is left when it begins.
            let again = try client.call("device.add", Self.full)
            #expect(again["driver"] == "vhost_vdpa")
            try client.call("device.delete", ["device": "vm1"])
            try client.expectUntouched(daemon)
        }
    }

    @Test(arguments: before + after)
    func aClientThatVanishesLeavesNothingHalfDone(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, step)
            do {
                let other = try daemon.connect()
                _ = try other.send("device.add", Self.full)
                try wait(until: "it has begun") { daemon.remembers("vm1") }
            }
            try daemon.simulated.unstick(nil, step)
            try wait(until: "it has ended") { daemon.hasForgotten("vm1") }
            if try client.deviceNames().contains("vm1") {
                #expect(try client.device("vm1")["nodeRights"]?["mode"] == "0660")
                try client.call("device.delete", ["device": "vm1"])
            }
            try client.expectUntouched(daemon)
        }
    }

    @Test func whatCannotBeRememberedIsNotBegun() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, .create)
            let id = try client.send("device.add", Self.full)
            try wait(until: "it has begun") { daemon.remembers("vm1") }
            let path = try #require(try RestartTests.records(daemon, of: "vm1").first)
            try daemon.simulated.unstick(nil, .create)
            _ = try client.result(of: id)
            try client.call("device.delete", ["device": "vm1"])
            // A directory in the place of the record cannot be replaced.
            try Files.createDirectory(path, mode: 0o700)
            try Files.createDirectory(path + "/occupied", mode: 0o700)
            try client.failure("device.add", Self.full)
            #expect(try client.deviceNames() == ["blk0", "net0"])
        }
    }
}
