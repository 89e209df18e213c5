import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("What is slow, hidden or silent is not taken for something else")
struct UncertaintyTests {
    // MARK: Slow is not stuck

    @Test func aCallerWithAShortDeadlineDoesNotSpoilTheNextOnes() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.latency("net0", .suspend, milliseconds: 200)
            try client.failure("device.suspend", ["device": "net0", "deadlineMs": 20], is: "deadlineExceeded")
            let reply = try client.call("device.suspend", ["device": "net0"])
            #expect(reply["runState"] == "suspended")
            #expect(reply["wasSuspended"] == false)
            #expect(try daemon.simulated.count("net0", .resume) == 1)
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test(arguments: ["device.suspend", "device.status", "device.reset"])
    func aClientThatVanishesDuringACallDoesNotSpoilTheNextOnes(method: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let call: SimulatedCall =
                switch method {
                case "device.suspend": .suspend
                case "device.reset": .setStatus
                default: .getStatus
                }
            try daemon.simulated.latency("net0", call, milliseconds: 200)
            let before = try daemon.simulated.count("net0", call)
            do {
                let other = try daemon.connect()
                let params: JSONValue =
                    method == "device.reset" ? ["device": "net0", "confirm": true] : ["device": "net0"]
                _ = try other.send(method, params)
                try wait(until: "\(call) is called") { try daemon.simulated.count("net0", call) > before }
            }
            if method == "device.reset" {
                try wait(until: "it is reset") { try client.runState("net0") == "idle" }
            } else {
                #expect(try client.call("device.suspend", ["device": "net0"])["runState"] == "suspended")
                #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
            }
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    // MARK: A daemon that cannot search

    /// A descriptor was passed, nobody could be found, and the daemon died within the call: whether the device is stopped
    /// is not known, and that is said until somebody decides.
    @Test func aStopWithoutAKnownHolderIsNotForgotten() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail(nil, .scan, .permissionDenied)
            try daemon.kill()
            try daemon.start()
            let content = SimulatedDescriptor.content(for: try DeviceName("net0"))
            let crashing = try daemon.connect()
            try daemon.simulated.stick("net0", .suspend)
            _ = try crashing.send(
                "device.suspend", ["device": "net0"],
                descriptors: [try HolderTests.descriptor(for: content, in: daemon)])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.kill()
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.start()
            let again = try daemon.connect()
            let listed = try again.call("device.get", ["device": "net0"])["device"]
            #expect(listed?["runState"] == "unknown")
            try wait(until: "health says so") {
                let problems = try again.call("system.health")["problems"]?.elements ?? []
                return problems.contains { $0["kind"] == "recoveryFailed" && $0["device"] == "net0" }
            }
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            let resumed = try again.call(
                "device.resume", ["device": "net0"],
                descriptors: [try HolderTests.descriptor(for: content, in: daemon)])
            #expect(resumed["runState"] == "running")
            #expect(try again.call("system.health")["healthy"] == true)
            try daemon.simulated.waitForIO("net0")
        }
    }

    // MARK: Netlink that does not answer

    @Test func theInventoryThatIsKnownIsAnsweredWithItsTime() async throws {
        try await withDaemon { daemon, client in
            #expect(try client.call("device.list")["asOf"] == nil)
            try daemon.simulated.stick(nil, .netlink)
            try daemon.simulated.add("vm9-net", .net)
            // The news has begun a reading that does not end.
            try wait(until: "the list says of when it is") {
                let list = try client.call("device.list")
                #expect(list["devices"]?.elements.count == 2)
                return list["asOf"]?.text != nil
            }
            #expect(try client.call("mgmtdev.list")["asOf"]?.text != nil)
            #expect(try client.call("device.get", ["device": "net0"])["asOf"]?.text != nil)
            // Stopping needs no netlink.
            try daemon.simulated.hold("blk0")
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            try daemon.simulated.unstick(nil, .netlink)
            try wait(until: "the list is current") {
                let list = try client.call("device.list")
                return list["asOf"] == nil && list["devices"]?.elements.count == 3
            }
        }
    }

    @Test func aDaemonStartsWhileNetlinkIsSilent() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.kill()
            try daemon.simulated.stick(nil, .netlink)
            try daemon.start()
            let again = try daemon.connect()
            #expect(try again.call("system.info")["host"] == "simulated")
            let list = try again.call("device.list")
            #expect(list["devices"]?.elements.count == 2)
            #expect(list["asOf"]?.text != nil)
            #expect(try again.runState("net0") == "suspended")
            // Resuming needs no netlink.
            #expect(try again.call("device.resume", ["device": "net0"])["wasSuspended"] == true)
            try daemon.simulated.unstick(nil, .netlink)
            try wait(until: "the list is current") { try again.call("device.list")["asOf"] == nil }
        }
    }
}
