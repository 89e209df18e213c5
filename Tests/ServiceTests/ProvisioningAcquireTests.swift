import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Handing a device over")
struct ProvisioningAcquireTests {
    private static let net0: JSONValue = ["device": "net0"]

    /// The descriptor that has come to a client, the only one.
    private static func take(
        _ client: DaemonClient, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> SharedDescriptor {
        let all = client.connection.descriptors
        client.connection.descriptors = []
        #expect(all.count == 1, sourceLocation: sourceLocation)
        return try #require(all.first, sourceLocation: sourceLocation)
    }

    private static func waitUntilFree(_ client: DaemonClient) throws {
        try wait(until: "nobody holds net0") { try client.device("net0")["access"] == "none" }
    }

    @Test func theDescriptorIsTheDevice() async throws {
        try await withDaemon { daemon, client in
            let reply = try client.call("device.acquire", Self.net0)
            #expect(reply["device"] == "net0")
            #expect(reply["driver"] == "vhost_vdpa")
            #expect(reply["node"] == "/dev/vhost-vdpa-0")
            var descriptor: SharedDescriptor? = try Self.take(client)
            #expect(try daemon.simulated.resets("net0") == 1)
            // Whoever calls SET_OWNER first owns it.
            #expect(try daemon.simulated.count("net0", .setOwner) == 0)
            let status = try client.status("net0")
            #expect(status["access"] == "shared", "\(status)")
            let holders = try client.call("device.holders", Self.net0)["holders"]?.elements ?? []
            let daemonPID = try #require(daemon.process.map { Int($0.processID) })
            #expect(holders.count == 1)
            #expect(holders.allSatisfy { $0["pid"]?.number != daemonPID }, "\(holders)")
            for method in ["device.acquire", "device.delete", "device.open"] {
                let failure = try client.failure(method, Self.net0, is: "deviceBusy")
                #expect(failure.data["holders"]?.elements.isEmpty == false, "\(failure)")
            }
            #expect(try daemon.simulated.resets("net0") == 1)
            withExtendedLifetime(descriptor) {}
            descriptor = nil
            // What has been opened and closed may not have been noticed yet.
            try wait(until: "it can be opened") { (try? client.call("device.acquire", Self.net0)) != nil }
            _ = try Self.take(client)
            try Self.waitUntilFree(client)
            try client.call("device.delete", Self.net0)
        }
    }

    @Test func whatWasHandedOverCanBePassedBack() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.acquire", Self.net0)
            let descriptor = try Self.take(client)
            try client.failure("device.suspend", Self.net0, is: "notRunning", descriptors: [descriptor])
            try daemon.simulated.control(.run(try DeviceName("net0")))
            try daemon.simulated.waitForIO("net0")
            let suspended = try client.call("device.suspend", Self.net0, descriptors: [descriptor])
            #expect(suspended["runState"] == "suspended")
            #expect(try client.call("device.resume", Self.net0, descriptors: [descriptor])["runState"] == "running")
            try client.failure("device.suspend", ["device": "blk0"], descriptors: [descriptor])
            #expect(try daemon.simulated.count("blk0", .suspend) == 0)
            // vdpad finds it by itself too.
            #expect(try client.call("device.suspend", Self.net0)["runState"] == "suspended")
            #expect(try client.call("device.resume", Self.net0)["runState"] == "running")
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func vdpadKeepsNothing() async throws {
        try await withDaemon { daemon, client in
            try client.call("device.acquire", Self.net0)
            _ = try Self.take(client)
            try Self.waitUntilFree(client)
            let process = try #require(daemon.process)
            let before = try process.descriptorCount
            for _ in 1...20 {
                try client.call("device.acquire", Self.net0)
                _ = try Self.take(client)
                try Self.waitUntilFree(client)
            }
            try wait(until: "the descriptors are closed") { try process.descriptorCount <= before }
        }
    }

    @Test func nobodyElseGetsTheDescriptor() async throws {
        try await withDaemon { daemon, client in
            let others = try (1...5).map { _ in try daemon.connect() }
            let calls: [(String, JSONValue)] = [
                ("device.list", [:]), ("device.acquire", Self.net0), ("system.info", [:]),
                ("device.acquire", ["device": "blk0"]), ("device.get", Self.net0), ("system.info", [:]),
            ]
            var ids: [[Int]] = []
            for other in others { ids.append(try other.pipeline(calls.filter { $0.0 != "device.acquire" })) }
            let own = try client.pipeline(calls)
            for (other, ids) in zip(others, ids) {
                for id in ids { _ = try other.result(of: id) }
                #expect(other.connection.descriptors.isEmpty)
            }
            // That only their replies say that they bring one is a rule of the contract.
            for id in own { _ = try client.result(of: id) }
            #expect(client.connection.descriptors.count == 2)
            for other in others {
                try other.call("system.info")
                #expect(other.connection.descriptors.isEmpty)
            }
        }
    }

    // MARK: Refusals

    @Test(arguments: ["VMM", "vdpad"]) func aHeldDeviceIsNotTouched(user: String) async throws {
        try await withDaemon { daemon, client in
            if user == "VMM" {
                try daemon.hold("net0")
            } else {
                try client.call("device.open", ["device": "net0", "initialize": [:]])
            }
            let resets = try daemon.simulated.resets("net0")
            try client.failure("device.acquire", Self.net0, is: "deviceBusy")
            #expect(try daemon.simulated.resets("net0") == resets)
            #expect(client.connection.descriptors.isEmpty)
            #expect(try client.runState("net0") == "running")
        }
    }

    @Test(arguments: ["virtio_vdpa", "none"]) func aDeviceWithoutANodeCannotBeHandedOver(driver: String) async throws {
        try await withDaemon { _, client in
            try client.call("device.bind", ["device": "net0", "driver": .string(driver)])
            let failure = try client.failure("device.acquire", Self.net0, is: "notSupported", "deviceBusy")
            #expect(failure.advice.contains("vhost_vdpa"), "\(failure)")
            try client.failure("device.acquire", ["device": "vm1"], is: "deviceNotFound")
            #expect(client.connection.descriptors.isEmpty)
        }
    }

    @Test func aNodeThatCannotBeOpenedIsSaid() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .open, .noMemory, times: 1)
            let failure = try client.failure("device.acquire", Self.net0, is: "kernelError")
            #expect(failure.data["errno"] == "ENOMEM")
            try daemon.simulated.fail("net0", .open, .ioError, times: 1)
            try client.failure("device.acquire", Self.net0, is: "deviceFailed", "kernelError")
            try client.call("device.acquire", Self.net0)
            _ = try Self.take(client)
        }
    }

    // MARK: Clients that do not take it

    @Test func aClientThatVanishesLeavesTheDeviceFree() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .open)
            do {
                let other = try daemon.connect()
                _ = try other.send("device.acquire", Self.net0)
                try wait(until: "the node is opened") { try daemon.simulated.count("net0", .open) == 1 }
            }
            try daemon.simulated.unstick("net0", .open)
            try wait(until: "it has been opened") { try daemon.simulated.resets("net0") >= 1 }
            // What has been opened and closed may not have been noticed yet.
            try wait(until: "it can be opened") { (try? client.call("device.acquire", Self.net0)) != nil }
            _ = try Self.take(client)
        }
    }

    @Test func aNodeThatIsOpenAfterTheDeadlineIsClosed() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stick("net0", .open)
            let failure = try client.failure(
                "device.acquire", Self.net0.setting("deadlineMs", to: 100), is: "deadlineExceeded")
            #expect(client.connection.descriptors.isEmpty)
            let operation = try #require(failure.data["operation"])
            let goesOn = try client.call("operation.get", ["operation": operation])
            #expect(goesOn["operation"]?["state"] == "running")
            try daemon.simulated.unstick("net0", .open)
            let ended = try client.call("operation.wait", ["operation": operation])
            #expect(ended["operation"]?["state"] == "failed")
            try wait(until: "it has been opened") { try daemon.simulated.resets("net0") >= 1 }
            // What has been opened and closed may not have been noticed yet.
            try wait(until: "it can be opened") { (try? client.call("device.acquire", Self.net0)) != nil }
            _ = try Self.take(client)
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test func aClientThatLeavesItUnreadIsDisconnected() async throws {
        try await withSimulatedHost { daemon in
            try daemon.start(["--config", try daemon.configure(#"{"limits": {"unreadReplyMs": 200}}"#)])
            let client = try daemon.connect()
            do {
                let lazy = try daemon.connect()
                _ = try lazy.send("device.acquire", Self.net0)
                try wait(until: "net0 is held") { try client.device("net0")["access"] == "shared" }
                try client.failure("device.acquire", Self.net0, is: "deviceBusy")
                // A blank is no line: nothing is asked.
                try wait(until: "it is disconnected") { (try? lazy.connection.send(text: " ")) == nil }
            }
            // Whoever reads stays connected, however long it keeps the descriptor.
            try wait(until: "net0 is free") { (try? client.call("device.acquire", Self.net0)) != nil }
            let descriptor = try Self.take(client)
            try expectThroughout(600, "it is connected") { try client.device("net0")["access"] == "shared" }
            withExtendedLifetime(descriptor) {}
        }
    }
}
