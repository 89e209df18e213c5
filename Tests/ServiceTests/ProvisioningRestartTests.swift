import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Restart within a change of devices")
struct ProvisioningRestartTests {
    /// Kills the daemon within a step of a call, and starts it before or after that step has returned.
    private static func crash(
        _ daemon: DaemonUnderTest, within step: SimulatedCall, of device: String?, returnsBefore: Bool,
        _ method: String, _ params: JSONValue
    ) throws -> DaemonClient {
        let name = device ?? "vm1"
        let other = try OtherAdministrator(of: daemon)
        try daemon.simulated.stick(device, step)
        let client = try daemon.connect()
        _ = try client.send(method, params)
        try wait(until: "\(method) has come to \(step)") {
            guard step == .create else { return (try? daemon.simulated.count(name, step)) == 1 }
            return try other.isAutoprobing() == false
        }
        #expect(daemon.remembers(name))
        try daemon.kill()
        if returnsBefore { try daemon.simulated.unstick(device, step) }
        try daemon.start()
        let again = try daemon.connect()
        if !returnsBefore {
            // Nothing else waits for it.
            #expect(try again.runState("blk0") != nil)
            try daemon.simulated.unstick(device, step)
        }
        try wait(until: "nothing is left to do") { daemon.hasForgotten(name) }
        return again
    }

    @Test(arguments: [SimulatedCall.create, .bind, .chown, .getConfigurationByNetlink], [true, false])
    func aCreationIsTakenBack(step: SimulatedCall, returnsBefore: Bool) async throws {
        try await withDaemon { daemon, _ in
            let again = try Self.crash(
                daemon, within: step, of: nil, returnsBefore: returnsBefore, "device.add",
                ProvisioningFailureTests.full)
            try wait(until: "vm1 is gone: \(daemon.log)") { try !again.deviceNames().contains("vm1") }
            try wait(until: "the daemon is healthy") { try again.call("system.health")["healthy"] == true }
            try again.expectUntouched(daemon)
            #expect(try again.call("device.add", ProvisioningFailureTests.full)["driver"] == "vhost_vdpa")
        }
    }

    @Test(arguments: [SimulatedCall.unbind, .delete], [true, false])
    func aDeletionIsFinished(step: SimulatedCall, returnsBefore: Bool) async throws {
        try await withDaemon { daemon, _ in
            let again = try Self.crash(
                daemon, within: step, of: "net0", returnsBefore: returnsBefore, "device.delete", ["device": "net0"])
            try wait(until: "net0 is deleted: \(daemon.log)") { try again.deviceNames() == ["blk0"] }
            try wait(until: "the daemon is healthy") { try again.call("system.health")["healthy"] == true }
            #expect(try again.isAutoprobing())
        }
    }

    @Test(arguments: [SimulatedCall.unbind, .bind], [true, false])
    func aBindingIsFinished(step: SimulatedCall, returnsBefore: Bool) async throws {
        try await withDaemon { daemon, _ in
            let again = try Self.crash(
                daemon, within: step, of: "net0", returnsBefore: returnsBefore, "device.bind",
                ["device": "net0", "driver": "virtio_vdpa"])
            try wait(until: "net0 is bound: \(daemon.log)") { try again.device("net0")["driver"] == "virtio_vdpa" }
            try wait(until: "the daemon is healthy") { try again.call("system.health")["healthy"] == true }
        }
    }

    /// The daemon that has taken the device from its driver is not the one that finds out that it cannot have the other.
    @Test func aBindingThatIsRefusedAfterTheRestartLeavesTheFormerDriver() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .unbind)
            _ = try client.send("device.bind", ["device": "net0", "driver": "virtio_vdpa"])
            try wait(until: "it has begun") { try daemon.simulated.count("net0", .unbind) == 1 }
            try daemon.kill()
            try daemon.simulated.fail("net0", .bind, .noMemory, times: 1)
            try daemon.simulated.unstick("net0", .unbind)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "nothing is left to do") { daemon.hasForgotten("net0") }
            #expect(try again.device("net0")["driver"] == "vhost_vdpa", "\(daemon.log)")
            #expect(try again.call("system.health")["healthy"] == true)
        }
    }

    /// An orderly end does not wait for the kernel either.
    @Test(arguments: [SimulatedCall.create, .bind]) func theDaemonEndsWithinAStep(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick(nil, step)
            _ = try client.send("device.add", ProvisioningFailureTests.full)
            let other = try OtherAdministrator(of: daemon)
            try wait(until: "it has come to \(step)") {
                guard step == .create else { return (try? daemon.simulated.count("vm1", .bind)) == 1 }
                return try other.isAutoprobing() == false
            }
            try daemon.stop()
            try daemon.simulated.unstick(nil, step)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "nothing is left to do") { daemon.hasForgotten("vm1") }
            try again.expectUntouched(daemon)
        }
    }

    /// Who has opened the node after the crash keeps the device.
    @Test func whatIsHeldByNowIsLeftAlone() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .open)
            _ = try client.send("device.delete", ["device": "net0"])
            try wait(until: "it has begun") { try daemon.simulated.count("net0", .open) == 1 }
            try daemon.kill()
            try daemon.simulated.hold("net0")
            try daemon.simulated.unstick("net0", .open)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "nothing is left to do") { daemon.hasForgotten("net0") }
            #expect(try again.runState("net0") == "running")
            #expect(try again.device("net0")["driver"] == "vhost_vdpa")
            try daemon.simulated.waitForIO("net0")
        }
    }

    /// The record is about the device that was meant, not about whatever has its name.
    @Test func anotherDeviceOfTheSameNameIsLeftAlone() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .delete)
            _ = try client.send("device.delete", ["device": "net0"])
            try wait(until: "it has begun") { try daemon.simulated.count("net0", .delete) == 1 }
            try daemon.kill()
            try daemon.simulated.unstick("net0", .delete)
            try wait(until: "another net0 is there") { (try? daemon.simulated.add("net0", .net)) != nil }
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "nothing is left to do") { daemon.hasForgotten("net0") }
            #expect(try again.deviceNames() == ["blk0", "net0"])
        }
    }
}
