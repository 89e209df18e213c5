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
            #expect(failure.runStateAfter == "unknown", "\(failure)")
            try daemon.simulated.fail("net0", .open, nil)
            try client.call(method, params.setting("device", to: "net0"))
        }
    }

    /// The search alone may take longer than what is waited for a close.
    @Test func aSlowSearchIsNoReasonNotToTryAgain() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.fail("net0", .open, .resourceBusy, times: 1)
            try daemon.simulated.latency(nil, .scan, milliseconds: 1_200)
            try client.call("device.acquire", ["device": "net0"])
        }
    }

    @Test func aHolderThatExitsDuringTheSearchIsNone() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick(nil, .scan)
            let call = try client.send("device.acquire", ["device": "net0"])
            try wait(until: "it has been refused") { try daemon.simulated.count("net0", .open) > 0 }
            try daemon.simulated.release("net0")
            try daemon.simulated.unstick(nil, .scan)
            _ = try client.result(of: call)
            #expect(try client.device("net0")["access"] == "shared")
        }
    }
}
