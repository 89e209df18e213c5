import JSON
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Rewinding a suspended device")
struct RewindTests {
    /// A suspended device of vdpad's own that has fetched five buffers of queue 1 and used none of them.
    private static func withFetchedBuffers(
        _ body: @escaping @Sendable (DaemonUnderTest, DaemonClient) throws -> Void
    ) async throws {
        try await withDaemon { daemon, client in
            let state = try RestoreTests.state(client, "net0")
            _ = try client.call("state.restore", RestoreTests.params("net0", state, start: true))
            try daemon.simulated.control(.fetch(try DeviceName("net0"), queue: 1, count: 5))
            _ = try client.call("device.suspend", ["device": "net0"])
            #expect(try bases(daemon) == [65_533, 102, 197])
            try body(daemon, client)
        }
    }

    private static func bases(_ daemon: DaemonUnderTest) throws -> JSONValue {
        try daemon.simulated.statistics("net0")["ringBases"] ?? []
    }

    private static func params(_ positions: [(Int, Int)], dryRun: Bool = false) -> JSONValue {
        [
            "device": "net0", "mode": "rewind", "dryRun": .bool(dryRun),
            "queues": .array(
                positions.map { ["index": JSONValue($0), "position": ["availableIndex": JSONValue($1)]] }),
        ]
    }

    @Test(arguments: [97, 100, 102]) func whatWasFetchedAndNotUsedCanBeFetchedAgain(position: Int) async throws {
        try await Self.withFetchedBuffers { daemon, client in
            let result = try client.call("state.restore", Self.params([(1, position)]))
            #expect(result["runState"] == "suspended")
            #expect(result["fields"]?[0]?["field"] == "standard.queues[1].position")
            #expect(result["fields"]?[0]?["outcome"] == "verified")
            #expect(try Self.bases(daemon) == [65_533, JSONValue(position), 197])
            let queue = try ExportTests.export(client)["standard"]?["queues"]?[1]
            #expect(queue?["position"]?["availableIndex"]?.number == position)
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }

    /// Before what is used, beyond what was fetched, a queue that is not there.
    @Test(arguments: [(1, 96), (1, 103), (1, 0), (1, 32_865), (0, 65_532), (0, 65_534), (3, 0)])
    func whatIsNotSafeIsRefusedAndNothingIsSet(queue: Int, position: Int) async throws {
        try await Self.withFetchedBuffers { daemon, client in
            let failure = try client.failure(
                "state.restore", Self.params([(1, 98), (queue, position)]), is: "stateIncompatible")
            #expect(failure.data["field"]?.text?.hasPrefix("standard.queues[\(queue)]") == true, "\(failure)")
            #expect(failure.runStateAfter == "suspended")
            #expect(try Self.bases(daemon) == [65_533, 102, 197])
        }
    }

    @Test func aPositionThatCannotBeSetLeavesAllAsTheyWere() async throws {
        try await Self.withFetchedBuffers { daemon, client in
            try daemon.simulated.fail("net0", .setVringBase, .ioError, times: 1)
            let failure = try client.failure(
                "state.restore", Self.params([(1, 98)]), is: "deviceFailed", "kernelError")
            #expect(failure.data["field"] == "standard.queues[1].position")
            #expect(failure.runStateAfter == "suspended")
            #expect(try Self.bases(daemon) == [65_533, 102, 197])
        }
    }

    @Test func aStopThatCannotBeAssertedAgainIsNoneAnyMore() async throws {
        try await Self.withFetchedBuffers { daemon, client in
            try daemon.simulated.fail("net0", .suspend, .ioError, times: 1)
            let failure = try client.failure("state.restore", Self.params([(1, 98)]), is: "kernelError", "deviceFailed")
            #expect(failure.runStateAfter == "unknown", "\(failure)")
            #expect(try Self.bases(daemon) == [65_533, 102, 197])
            #expect(try client.runState("net0") == "unknown")
        }
    }

    @Test func aDryRunSetsNothing() async throws {
        try await Self.withFetchedBuffers { daemon, client in
            let result = try client.call("state.restore", Self.params([(1, 98)], dryRun: true))
            #expect(result["fields"]?[0]?["outcome"] == nil)
            #expect(try Self.bases(daemon) == [65_533, 102, 197])
        }
    }

    @Test func aRunningDeviceIsNotRewound() async throws {
        try await Self.withFetchedBuffers { daemon, client in
            _ = try client.call("device.resume", ["device": "net0"])
            let failure = try client.failure("state.restore", Self.params([(1, 98)]), is: "stateIncompatible")
            #expect(failure.message.contains("running"))
            #expect(try daemon.simulated.count("net0", .setVringBase) == 6)
        }
    }

    @Test(arguments: [true, false]) func onlyItsOwnerRewindsADevice(isHeld: Bool) async throws {
        try await withDaemon { daemon, client in
            if isHeld {
                try daemon.hold("net0")
                _ = try client.call("device.suspend", ["device": "net0"])
            }
            try client.failure("state.restore", Self.params([(1, 0)]), is: "notOwner")
            #expect(try daemon.simulated.count("net0", .setVringBase) == 0)
        }
    }

    @Test func stateAndQueuesExcludeEachOther() async throws {
        try await withDaemon { _, client in
            let queues = Self.params([(1, 0)])
            for (params, member) in [
                (queues.setting("state", to: [:]), "state"), (queues.removing("queues"), "queues"),
                (queues.setting("mode", to: "owner").setting("state", to: [:]), "queues"),
                (["device": "net0", "mode": "owner"], "state"),
            ] {
                let failure = try client.failure("state.restore", params, is: "invalidParams")
                #expect(failure.message.contains(member), "\(failure.message)")
            }
        }
    }
}
