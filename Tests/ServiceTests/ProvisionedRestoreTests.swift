import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Restoring on a device that is created for it")
struct ProvisionedRestoreTests {
    private static let address: [UInt8] = [0x52, 0x54, 0, 0x12, 0x34, 0x60]

    /// The state of `net0`, with an address and an MTU that only a device created for it has.
    private static func state(
        _ client: DaemonClient, _ change: (inout DeviceState) -> Void = { _ in }
    ) throws -> JSONValue {
        try RestoreTests.state(client, "net0") { state in
            guard var bytes = state.standard.configuration?.raw.bytes else { return }
            bytes.replaceSubrange(0..<6, with: address)
            bytes.replaceSubrange(10..<12, with: [0x78, 5])
            state.standard.configuration = .init(
                bytes: bytes, deviceClass: .net, features: Features(rawValue: 0x3_0883_0028))
            change(&state)
        }
    }

    private static func params(
        _ state: JSONValue, dryRun: Bool = false, by maker: String = "simnet0", device: String = "vm1"
    ) -> JSONValue {
        RestoreTests.params(device, state, "handOver", dryRun: dryRun)
            .setting("provision", to: ["mgmtdev": .string(maker), "node": ["mode": "0660"]])
    }

    @Test func theDeviceIsCreatedAsTheStateNeedsItAndHandedOver() async throws {
        try await withDaemon { daemon, client in
            let result = try client.call("state.restore", Self.params(try Self.state(client)))
            let descriptors = client.connection.descriptors
            client.connection.descriptors = []
            #expect(descriptors.count == 1)
            #expect(result["access"] == "shared")
            let provisioned = try #require(result["provisioned"])
            #expect(provisioned["mgmtdev"] == "simnet0")
            #expect(provisioned["mac"] == "52:54:00:12:34:60")
            #expect(provisioned["mtu"]?.number == 1400)
            #expect(result["program"]?["queues"]?.elements.count == 3)
            let device = try client.device("vm1")
            #expect(device["driver"] == "vhost_vdpa")
            #expect(device["nodeRights"]?["mode"] == "0660")
            // It is done: nothing is remembered of it.
            #expect(daemon.hasForgotten("vm1"))
            try daemon.simulated.control(.run(try DeviceName("vm1")))
            try daemon.simulated.waitForIO("vm1")
            #expect(try client.status("vm1")["runState"] == "running")
            withExtendedLifetime(descriptors) {}
        }
    }

    @Test func aDryRunSaysWithWhatItWouldBeCreated() async throws {
        try await withDaemon { daemon, client in
            let result = try client.call("state.restore", Self.params(try Self.state(client), dryRun: true))
            #expect(result["provisioned"]?["mac"] == "52:54:00:12:34:60")
            #expect(result["runState"] == "gone")
            #expect(result["dryRun"] == true)
            try client.expectUntouched(daemon)
        }
    }

    /// The features of the state that the management device cannot provide, the queues, the class.
    @Test(arguments: [("standard.negotiatedFeatures", "simnet0"), ("identity.class", "simblk0")])
    func whatNoDeviceWouldFitIsRefusedBeforeOneIsCreated(field: String, maker: String) async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client) { state in
                guard maker == "simnet0" else { return }
                let more = Features(rawValue: 0x3_0883_0028).union(Features(bit: 22))
                state.standard.deviceFeatures = NamedMask(more, for: .net)
                state.standard.negotiatedFeatures = NamedMask(more, for: .net)
            }
            for dryRun in [true, false] {
                let failure = try client.failure(
                    "state.restore", Self.params(state, dryRun: dryRun, by: maker), is: "stateIncompatible")
                #expect(failure.data["field"]?.text == field, "\(failure)")
                #expect(failure.message.contains(maker), "\(failure)")
            }
            #expect(try client.deviceNames() == ["blk0", "net0"])
            try client.expectUntouched(daemon)
        }
    }

    @Test func whatIsAskedForMustBePossible() async throws {
        try await withDaemon { _, client in
            let state = try Self.state(client)
            try client.failure("state.restore", Self.params(state, device: "net0"), is: "alreadyExists")
            try client.failure(
                "state.restore", Self.params(state, by: "simnet9"), is: "managementDeviceNotFound")
            try client.failure(
                "state.restore", Self.params(state.setting("digest", to: "x")), is: "invalidState")
            let without = try Self.state(client) { $0.standard.configuration = nil }
            try client.failure("state.restore", Self.params(without), is: "invalidState", "stateIncomplete")
            for mode in ["owner", "preflight"] {
                let failure = try client.failure(
                    "state.restore", Self.params(state).setting("mode", to: .string(mode)), is: "invalidParams")
                #expect(failure.message.contains("params.provision"), "\(failure)")
            }
            #expect(try client.deviceNames() == ["blk0", "net0"])
        }
    }

    /// Every step of the creation, and of what follows it.
    @Test(arguments: [SimulatedCall.create, .bind, .chown, .getConfigurationByNetlink, .open])
    func whateverFailsTheDeviceIsDeletedAgain(step: SimulatedCall) async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            try daemon.simulated.fail(nil, step, .ioError, times: step == .getConfigurationByNetlink ? nil : 1)
            let failure = try client.failure("state.restore", Self.params(state), is: "kernelError", "deviceFailed")
            #expect(failure.data["errno"] == "EIO", "\(failure)")
            if step != .create {
                #expect(failure.message.contains("deleted again"), "\(failure)")
                #expect(failure.runStateAfter == "gone", "\(failure)")
            }
            try daemon.simulated.fail(nil, step, nil)
            try client.expectUntouched(daemon)
            _ = try client.call("state.restore", Self.params(state))
            #expect(client.connection.descriptors.count == 1)
            client.connection.descriptors = []
        }
    }

    /// What fits by what the management device says, and not by what it has made.
    @Test func aDeviceThatTurnsOutNotToFitIsDeletedAgain() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client) { state in
                state.standard.queues[1].maximumSize = 1024
                state.standard.queues[1].size = 512
            }
            // Without another device of its class nothing tells what a new one takes.
            try client.call("device.delete", ["device": "net0"])
            let failure = try client.failure("state.restore", Self.params(state), is: "stateIncompatible")
            #expect(failure.data["field"] == "standard.queues[1].size", "\(failure)")
            #expect(failure.message.contains("deleted again"), "\(failure)")
            #expect(try client.deviceNames() == ["blk0"])
            #expect(daemon.hasForgotten("vm1"))
        }
    }

    @Test func whatIsLateIsDeletedAgain() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            try daemon.simulated.stick(nil, .bind)
            try client.failure(
                "state.restore", Self.params(state).setting("deadlineMs", to: 100), is: "deadlineExceeded")
            try daemon.simulated.unstick(nil, .bind)
            try wait(until: "vm1 is deleted again") { daemon.hasForgotten("vm1") }
            try client.expectUntouched(daemon)
        }
    }

    /// The reply lies in the socket, with the descriptor, and nobody takes it from there.
    @Test func aClientThatGoesWithoutTheReplyLeavesNoDevice() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            var other: DaemonClient? = try daemon.connect()
            _ = try other?.send("state.restore", Self.params(state))
            try wait(until: "it is done") {
                try client.call("operation.list", ["device": "vm1"])["operations"]?[0]?["state"] == "succeeded"
            }
            #expect(try client.deviceNames().contains("vm1"))
            other = nil
            try wait(until: "vm1 is deleted again") { try client.deviceNames() == ["blk0", "net0"] }
            try wait(until: "nothing is remembered of it") { daemon.hasForgotten("vm1") }
            try client.expectUntouched(daemon)
        }
    }

    /// One that has read it may go: what becomes of the device is its new owner's affair.
    @Test func aClientThatHasTakenTheDeviceMayGo() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            var other: DaemonClient? = try daemon.connect()
            _ = try other?.call("state.restore", Self.params(state))
            #expect(other?.connection.descriptors.count == 1)
            other = nil
            try wait(until: "nobody has it") { try client.device("vm1")["access"] == "none" }
            // In the order of the device this comes after whatever the end of the connection has called for.
            try client.call("device.delete", ["device": "vm1"])
        }
    }

    /// A daemon that dies before the device is handed over leaves none: its successor deletes it.
    @Test func afterADeathOfTheDaemonTheDeviceIsDeleted() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            try daemon.simulated.stick(nil, .open)
            _ = try client.send("state.restore", Self.params(state))
            try wait(until: "it is being opened") { (try? daemon.simulated.count("vm1", .open)) == 1 }
            #expect(daemon.remembers("vm1"))
            try daemon.kill()
            try daemon.simulated.unstick(nil, .open)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "vm1 is deleted") { daemon.hasForgotten("vm1") }
            try again.expectUntouched(daemon)
        }
    }
}
