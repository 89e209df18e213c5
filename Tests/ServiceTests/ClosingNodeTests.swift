import JSON
import SystemPackage
import Testing
import VDPA

/// A node that is open though no process has it any more: its holder has exited and the kernel has not closed it yet.
@Suite struct ClosingNodeTests {
    static let calls: [(method: String, params: JSONValue)] = [
        ("device.delete", [:]), ("device.bind", ["driver": "none"]), ("device.acquire", [:]), ("device.open", [:]),
        ("device.open", ["initialize": [:]]),
    ]

    @Test(arguments: calls) func theCloseIsWaitedFor(method: String, params: JSONValue) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .open, .resourceBusy, times: 3)
            try client.call(method, params.setting("device", to: "net0"))
        }
    }

    @Test(arguments: calls) func aCloseThatDoesNotComeIsReported(method: String, params: JSONValue) async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .open, .resourceBusy)
            let failure = try client.failure(method, params.setting("device", to: "net0"), is: "deviceBusy")
            #expect(failure.message.contains("no process was found"), "\(failure)")
            #expect(failure.data["holders"] == [])
            #expect(try client.device("net0")["driver"] == "vhost_vdpa")
        }
    }
}
