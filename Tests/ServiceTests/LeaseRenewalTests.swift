import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

@Suite("Renewing leases, and how long their operations are known")
struct LeaseRenewalTests {
    /// When the lease of a device ends, as it is recorded.
    private static func end(_ daemon: DaemonUnderTest, _ device: String) throws -> Int {
        let text = try Files.readText("\(daemon.stateDirectory)/devices/\(device).json", limit: 1 << 16)
        return try #require(try JSONParser.parse(Array(text.utf8).span)["lease"]?["endsAtBootNs"]?.number)
    }

    /// Calls that do not end the lease, without the operation that they name.
    private static let calls: [(method: String, params: JSONValue)] = [
        ("operation.get", [:]), ("operation.wait", [:]), ("device.suspend", ["device": "blk0"]),
        ("device.suspend", ["device": "blk0", "dryRun": true]), ("group.resume", ["dryRun": true]),
    ]

    @Test(arguments: calls)
    func whateverNamesTheOperationRenewsTheWholeGroup(method: String, params: JSONValue) async throws {
        try await withDaemon { daemon, client in
            let devices = ["net0", "blk0"]
            for device in devices { try daemon.hold(device) }
            let id = try #require(
                try client.call("group.suspend", ["devices": GroupTests.both, "holdMs": 60_000])["operation"])
            let before = try devices.map { try Self.end(daemon, $0) }
            _ = try client.call(method, params.setting("operation", to: id))
            for (device, end) in zip(devices, before) { #expect(try Self.end(daemon, device) > end, "\(device)") }
        }
    }

    /// Whoever wants the group to go on is still there for the member that does not.
    @Test func aMemberThatDoesNotGoOnIsRenewed() async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            let id = try #require(
                try client.call("group.suspend", ["devices": GroupTests.both, "holdMs": 60_000])["operation"])
            let before = try Self.end(daemon, "blk0")
            try daemon.simulated.fail("blk0", .resume, .ioError)
            try client.failure("group.resume", ["operation": id], is: "kernelError", "deviceFailed")
            try wait(until: "it is renewed") { try Self.end(daemon, "blk0") > before }
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aWaitThatIsNotOverInTimeRenewsToo() async throws {
        try await withDaemon { daemon, client in
            let failure = try DeadlineTests.missDeadline(daemon, client, ["device": "net0", "holdMs": 60_000])
            let id = try #require(failure.data["operation"])
            let before = try Self.end(daemon, "net0")
            try client.failure("operation.wait", ["operation": id, "deadlineMs": 1], is: "deadlineExceeded")
            #expect(try Self.end(daemon, "net0") > before)
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    @Test func theOperationIsKnownAsLongAsItsLeaseLasts() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let id = try #require(try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])["operation"])
            try Self.forgetWhatHasEnded(client)
            #expect(try client.call("operation.wait", ["operation": id])["operation"]?["state"] == "succeeded")
            try daemon.kill()
            try daemon.start()
            let again = try daemon.connect()
            #expect(
                try again.call("operation.get", ["operation": id])["operation"]?["leases"]?[0]?["device"] == "net0")
            _ = try again.call("device.resume", ["device": "net0"])
            try Self.forgetWhatHasEnded(again)
            try again.failure("operation.get", ["operation": id], is: "invalidParams")
        }
    }

    /// More operations than are kept.
    private static func forgetWhatHasEnded(_ client: DaemonClient) throws {
        for _ in 0..<26 {
            let ids = try client.pipeline(Array(repeating: ("device.handBack", ["device": "blk0"]), count: 40))
            for id in ids { _ = try client.result(of: id) }
        }
    }
}
