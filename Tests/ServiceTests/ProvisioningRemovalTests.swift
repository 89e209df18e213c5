import JSON
import Testing
import VDPA
import Virtio

@Suite("Removal of a device that somebody holds")
struct ProvisioningRemovalTests {
    /// How a device goes without vdpad.
    enum Removal: CaseIterable, Sendable {
        case hardware, managementDevice, otherDelete, otherUnbind

        func begin(_ daemon: DaemonUnderTest, _ other: OtherAdministrator) throws {
            switch self {
            case .hardware: try daemon.simulated.vanish("net0")
            case .managementDevice: try daemon.simulated.control(.removeManagementDevice(.net))
            case .otherDelete: try other.begin(.delete(try DeviceName("net0")))
            case .otherUnbind: try other.begin(.unbind(try DeviceName("net0"), .vhostVDPA, nil))
            }
        }
    }

    private static func problem(_ client: DaemonClient, _ kind: String) throws -> JSONValue? {
        try client.call("system.health")["problems"]?.elements.first { $0["kind"]?.text == kind }
    }

    @Test(arguments: Removal.allCases) func nothingWaitsForTheHolder(removal: Removal) async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0", command: "qemu")
            try daemon.hold("blk0")
            #expect(try client.runState("net0") == "running")
            let other = try OtherAdministrator(of: daemon)
            try removal.begin(daemon, other)
            try wait(until: "health names the holder") {
                let problem = try Self.problem(client, "removalPending")
                return problem?["holders"]?[0]?["pid"]?.number == pid
            }
            let health = try client.call("system.health")
            #expect(health["healthy"] == false)
            let problem = try #require(try Self.problem(client, "removalPending"))
            #expect(problem["device"] == "net0")
            #expect(problem["holders"]?[0]?["comm"] == "qemu")

            // The deadline is far off: the refusal does not wait for it.
            for (method, params) in [
                ("device.add", ["name": "vm1", "mgmtdev": "simblk0"]), ("device.delete", ["device": "blk0"]),
            ] as [(String, JSONValue)] {
                let failure = try client.failure(method, params, is: "hostBlocked", "deviceBusy")
                #expect(method == "device.delete" || failure.name == "hostBlocked", "\(failure)")
                #expect(failure.data["retryable"] == true)
            }
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "blk0"])["runState"] == "running")
            try daemon.simulated.waitForIO("net0")

            try daemon.simulated.release("net0")
            try wait(until: "all is well") { try client.call("system.health")["healthy"] == true }
            #expect(try client.call("device.add", ["name": "vm1", "mgmtdev": "simblk0"])["device"] == "vm1")
            if removal != .otherUnbind { #expect(try client.deviceNames() == ["blk0", "vm1"]) }
        }
    }

    /// A removal that somebody has seen goes on when the daemon is not there.
    @Test func aRestartMeanwhileKnowsItToo() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.vanish("net0")
            try wait(until: "it is seen") { try Self.problem(client, "removalPending") != nil }
            try daemon.stop()
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "it is seen again") { try Self.problem(again, "removalPending") != nil }
            try again.failure("device.add", ["name": "vm1", "mgmtdev": "simblk0"], is: "hostBlocked")
            try daemon.simulated.release("net0")
            try wait(until: "all is well") { try again.call("system.health")["healthy"] == true }
            try again.call("device.add", ["name": "vm1", "mgmtdev": "simblk0"])
        }
    }

    /// Netlink that does not answer at all, for a reason that nobody can see.
    @Test func aStuckNetlinkBlocksNoSuspend() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            try daemon.simulated.stick(nil, .netlink)
            let failure = try client.failure(
                "device.add", ["name": "vm1", "mgmtdev": "simblk0", "deadlineMs": 200], is: "hostBlocked",
                "deadlineExceeded")
            #expect(failure.data["retryable"] == true)
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "blk0"])["runState"] == "running")
            try daemon.simulated.unstick(nil, .netlink)
            try wait(until: "all is well") { try client.call("system.health")["healthy"] == true }
            try wait(until: "vm1 can be created") {
                (try? client.call("device.add", ["name": "vm1", "mgmtdev": "simblk0"])) != nil
            }
        }
    }
}
