import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Holders that are named, that exit, that change; devices that vanish")
struct HolderTests {
    /// A file that stands for somebody's descriptor of a simulated device.
    static func descriptor(for content: [UInt8], in daemon: DaemonUnderTest) throws -> SharedDescriptor {
        let path = "\(daemon.directory.path)/descriptor-\(UInt32.random(in: 0 ... .max))"
        let file = try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        let descriptor = OwnedDescriptor(file.rawValue)
        try descriptor.write(content.span)
        return SharedDescriptor(descriptor)
    }

    // MARK: Named by the caller

    @Test func theHolderCanBeNamed() async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("net0")
            let params: JSONValue = ["device": "net0", "holder": ["pid": JSONValue(pid)]]
            #expect(try client.call("device.status", params)["access"] == "shared")
            #expect(try client.call("device.suspend", params)["runState"] == "suspended")
            #expect(try client.call("state.export", params)["state"] != nil)
            #expect(try client.call("device.resume", params)["runState"] == "running")
        }
    }

    @Test(arguments: ["device.suspend", "device.resume", "device.reset"])
    func aProcessThatDoesNotHoldTheDeviceIsRefused(method: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let before = try daemon.simulated.statistics("net0")
            var params: JSONValue = ["device": "net0", "holder": ["pid": 4_100_000]]
            if method == "device.reset" { params = params.setting("confirm", to: true) }
            let failure = try client.failure(method, params)
            #expect(failure.message.contains("4100000"), "\(failure)")
            #expect(try daemon.simulated.count("net0", .suspend) == 0)
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            #expect(try daemon.simulated.statistics("net0")["resets"] == before["resets"])
            #expect(try client.runState("net0") == "running")
        }
    }

    // MARK: Passed descriptors

    @Test func theDescriptorCanBePassed() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let content = SimulatedDescriptor.content(for: try DeviceName("net0"))
            for (method, runState) in [("device.suspend", "suspended"), ("device.resume", "running")] {
                let descriptor = try Self.descriptor(for: content, in: daemon)
                let reply = try client.call(method, ["device": "net0"], descriptors: [descriptor])
                #expect(reply["runState"]?.text == runState)
                #expect(reply["access"] == "shared")
            }
        }
    }

    @Test(arguments: ["simulated-vhost-vdpa blk0\n", "nothing of the kind\n", ""])
    func aDescriptorOfSomethingElseIsRefused(content: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            let descriptor = try Self.descriptor(for: Array(content.utf8), in: daemon)
            try client.failure("device.suspend", ["device": "net0"], descriptors: [descriptor])
            for device in ["net0", "blk0"] {
                #expect(try daemon.simulated.count(device, .suspend) == 0)
                #expect(try client.runState(device) == "running")
            }
        }
    }

    @Test func descriptorsAreNotKept() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.status("net0")
            let process = try #require(daemon.process)
            let before = try process.descriptorCount
            let content = SimulatedDescriptor.content(for: try DeviceName("net0"))
            for _ in 0..<8 {
                let descriptor = try Self.descriptor(for: content, in: daemon)
                _ = try client.call("device.suspend", ["device": "net0"], descriptors: [descriptor])
                let unasked = try Self.descriptor(for: content, in: daemon)
                try client.failure("device.get", ["device": "net0"], is: "invalidParams", descriptors: [unasked])
            }
            try wait(until: "the descriptors are closed") { try process.descriptorCount <= before }
        }
    }

    // MARK: Holders that exit

    @Test func theLastCloseEndsTheStop() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.release("net0")
            try wait(until: "the device is idle") { try client.runState("net0") == "idle" }
            #expect(try client.status("net0")["access"] == "none")
            let listed = try client.call("device.get", ["device": "net0"])["device"]
            #expect(listed?["runState"] == "idle")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            // The record is gone too: a later holder's device was never suspended.
            try daemon.hold("net0")
            #expect(try client.runState("net0") == "running")
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            #expect(try again.runState("net0") == "running")
            #expect(try again.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
        }
    }

    @Test func aNewHolderDoesNotInheritTheStop() async throws {
        try await withDaemon { daemon, client in
            for _ in 0..<20 {
                try daemon.hold("net0")
                #expect(try client.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
                try daemon.simulated.release("net0")
                try wait(until: "the device is idle") { try client.runState("net0") == "idle" }
            }
        }
    }

    /// Nothing that the daemon believes of an earlier holder may be said of the next one.
    @Test func holdersThatFollowEachOtherAreToldApart() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            for _ in 0..<50 {
                try daemon.simulated.release("net0")
                let pid = try daemon.simulated.hold("net0")
                try wait(until: "the daemon has been told") { try client.runState("net0") == "running" }
                #expect(try client.status("net0")["holders"]?[0]?["pid"]?.number == pid)
            }
        }
    }

    /// The node is opened while the daemon starts: that must not get lost.
    @Test func aDeviceThatIsOpenedWhileTheDaemonStartsIsSeen() async throws {
        try await withDaemon { daemon, _ in
            for round in 0..<20 {
                try daemon.kill()
                try daemon.start()
                if round.isMultiple(of: 2) {
                    try daemon.simulated.hold("net0")
                } else {
                    try daemon.simulated.release("net0")
                }
                let client = try daemon.connect()
                let runState = round.isMultiple(of: 2) ? "running" : "idle"
                try wait(until: "in round \(round) net0 is \(runState)", within: 5_000) {
                    try client.runState("net0") == runState
                }
            }
        }
    }

    @Test func aHolderThatExitsDuringTheSuspendIsReported() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let id = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.simulated.release("net0")
            try daemon.simulated.unstick("net0", .suspend)
            // Our close was the last, which is a reset: nothing is suspended.
            let failure = try client.failure(of: id)
            #expect(["deviceGone", "deviceFailed", "notRunning"].contains(failure.name), "\(failure)")
            #expect(failure.runStateAfter == "idle" || failure.runStateAfter == "gone", "\(failure)")
            try wait(until: "the device is idle") { try client.runState("net0") == "idle" }
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            try daemon.hold("net0")
            #expect(try client.runState("net0") == "running")
        }
    }

    /// An automatic RESUME is never sent when the holder is gone.
    @Test func aHolderThatExitsAfterTheDeadlineIsNotResumed() async throws {
        try await withDaemon { daemon, client in
            _ = try DeadlineTests.missDeadline(daemon, client)
            try daemon.simulated.release("net0")
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "the device is idle") { try client.runState("net0") == "idle" }
            try expectThroughout(50, "no resume") { try daemon.simulated.count("net0", .resume) == 0 }
        }
    }

    // MARK: Devices that vanish

    @Test func aDeviceThatVanishesBetweenTwoCalls() async throws {
        try await withDaemon { daemon, client in
            #expect(try client.runState("net0") == "idle")
            try daemon.simulated.vanish("net0")
            // Before the daemon can have been told.
            try client.failure("device.open", ["device": "net0"], is: "deviceNotFound", "deviceGone")
            try wait(until: "the device is not listed any more") {
                try client.call("device.list")["devices"]?.elements.count == 1
            }
            for method in ["device.get", "device.status", "device.suspend", "device.open", "state.export"] {
                try client.failure(method, ["device": "net0"], is: "deviceNotFound")
            }
        }
    }

    @Test func aSuspendedDeviceThatVanishes() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.vanish("net0")
            try daemon.simulated.release("net0")
            try wait(until: "the device is not listed any more") {
                try client.call("device.list")["devices"]?.elements.count == 1
            }
            try client.failure("device.resume", ["device": "net0"], is: "deviceNotFound", "deviceGone")
            // One of the same name is another device.
            try daemon.simulated.add("net0", .net)
            try daemon.hold("net0")
            try wait(until: "the new device is seen") { try client.runState("net0") == "running" }
            #expect(try client.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
        }
    }

    @Test func aDeviceThatVanishesDuringTheSuspend() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let id = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.simulated.vanish("net0")
            try daemon.simulated.release("net0")
            try daemon.simulated.unstick("net0", .suspend)
            let failure = try client.failure(of: id)
            #expect(["deviceGone", "deviceNotFound"].contains(failure.name), "\(failure)")
            try wait(until: "the device is not listed any more") {
                try client.call("device.list")["devices"]?.elements.count == 1
            }
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test func aNodeWhoseNumberIsReusedIsNotMistaken() async throws {
        try await withDaemon { daemon, client in
            let node = try client.call("device.get", ["device": "net0"])["device"]?["node"]
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.vanish("net0")
            try daemon.simulated.add("vm2-net", .net)
            try daemon.hold("vm2-net")
            try wait(until: "the new device is seen") { try client.runState("vm2-net") == "running" }
            #expect(try client.call("device.get", ["device": "vm2-net"])["device"]?["node"] == node)
            // The old one is still open in its holder, but no longer what the node leads to.
            let id = try client.send("device.resume", ["device": "net0"])
            _ = try client.nextReply()
            _ = try? client.result(of: id)
            #expect(try daemon.simulated.count("vm2-net", .resume) == 0)
            #expect(try client.call("device.suspend", ["device": "vm2-net"])["wasSuspended"] == false)
            #expect(try daemon.simulated.count("vm2-net", .suspend) == 1)
        }
    }
}
