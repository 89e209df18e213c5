import JSON
import SystemPackage
import Testing
import VDPA

@Suite("Counters of devices")
struct ProvisioningStatsTests {
    private static let net0: JSONValue = ["device": "net0"]

    private static func packets(_ stats: JSONValue, queue index: Int) -> Int? {
        let queue = stats["queues"]?.elements.first { $0["index"]?.number == index }
        return queue?["counters"]?.elements.first { $0["name"]?.text?.hasSuffix("packets") == true }?["value"]?.number
    }

    @Test func beforeTheNegotiationTheyAreMissingAndNotZero() async throws {
        try await withDaemon { daemon, client in
            for isHeld in [false, true] {
                if isHeld { try daemon.hold("net0", running: false) }
                let stats = try client.call("device.stats", Self.net0)
                #expect(stats["queues"] == [])
                #expect(stats["negotiatedFeatures"] == nil)
                #expect(stats["missing"]?.elements.count == 3, "\(stats)")
                #expect(stats["missing"]?[0]?.jsonText().contains("negotia") == true, "\(stats)")
            }
        }
    }

    @Test func whatTheDriverCountsIsThere() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let first = try client.call("device.stats", Self.net0)
            #expect(first["device"] == "net0")
            #expect(first["missing"] == [])
            #expect(first["negotiatedFeatures"]?.mask == 0x3_0883_0028)
            let queues = first["queues"]?.elements ?? []
            #expect(queues.map { $0["index"]?.number } == [0, 1, 2])
            #expect(queues.map { $0["use"]?.text } == ["receive", "transmit", "control"])
            let names = queues.map { $0["counters"]?.elements.compactMap { $0["name"]?.text } ?? [] }
            #expect(
                names == [
                    ["rx packets", "rx bytes", "rx errors", "rx overruns", "rx drops"],
                    ["tx packets", "tx bytes", "tx errors", "tx drops"],
                    ["cvq requests", "cvq successes", "cvq errors"],
                ])
            for queue in [0, 1] {
                let before = try #require(Self.packets(first, queue: queue))
                try wait(until: "queue \(queue) counts") {
                    let now = try client.call("device.stats", Self.net0)
                    return (Self.packets(now, queue: queue) ?? 0) > before
                }
            }
            let last = try client.call("device.stats", Self.net0)
            #expect((last["readAtNs"]?.number ?? 0) > first["readAtNs"]?.number ?? .max)
            // A stop shows in the counters.
            try client.call("device.suspend", Self.net0)
            let stopped = try client.call("device.stats", Self.net0)["queues"]
            #expect(try client.call("device.stats", Self.net0)["queues"] == stopped)
        }
    }

    @Test(arguments: [[0], [1], [2], [0, 2], [2, 0]]) func singleQueuesAreRead(queues: [Int]) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let params = Self.net0.setting("queues", to: .array(queues.map { JSONValue($0) }))
            let stats = try client.call("device.stats", params)
            #expect(stats["queues"]?.elements.map { $0["index"]?.number } == queues)
            #expect(stats["missing"] == [])
        }
    }

    @Test(arguments: [3, 0x8000, 0x8001, 0xffff_ffff], [true, false])
    func aQueueThatIsNotThereIsAnError(queue: Int, withOthers: Bool) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let queues: JSONValue = withOthers ? [0, JSONValue(queue)] : [JSONValue(queue)]
            let failure = try client.failure("device.stats", Self.net0.setting("queues", to: queues))
            #expect(["invalidParams", "kernelError", "notSupported"].contains(failure.name), "\(failure)")
            #expect(failure.message.contains("\(queue)"), "\(failure)")
        }
    }

    @Test(arguments: ["blk0", "vm1-disk"]) func aDeviceWithoutCountersSaysSo(device: String) async throws {
        try await withDaemon { daemon, client in
            if device != "blk0" {
                try client.call("device.add", ["name": .string(device), "mgmtdev": "simblk0", "driver": "none"])
            } else {
                try daemon.hold(device)
            }
            let target: JSONValue = ["device": .string(device)]
            for params in [target, target.setting("queues", to: [0])] {
                let failure = try client.failure("device.stats", params, is: "notSupported")
                #expect(failure.data["missing"]?.elements.isEmpty == false, "\(failure)")
            }
        }
    }

    @Test(arguments: [-1, 0x1_0000_0000, "0", 0.5, nil] as [JSONValue])
    func aBadQueueIsRefused(queue: JSONValue) async throws {
        try await withDaemon { _, client in
            let failure = try client.failure(
                "device.stats", Self.net0.setting("queues", to: [0, queue]), is: "invalidParams")
            #expect(failure.message.contains("queues[1]"), "\(failure)")
            try client.failure("device.stats", ["device": "vm1"], is: "deviceNotFound")
        }
    }

    @Test func aCallThatFailsOrDoesNotReturnIsSaid() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .getVendorStatistics, .ioError, times: 1)
            #expect(try client.failure("device.stats", Self.net0, is: "kernelError").data["errno"] == "EIO")
            try daemon.simulated.stick("net0", .getVendorStatistics)
            try client.failure("device.stats", Self.net0.setting("deadlineMs", to: 100), is: "deadlineExceeded")
            #expect(try client.call("device.suspend", Self.net0)["runState"] == "suspended")
            try daemon.simulated.unstick("net0", .getVendorStatistics)
            #expect(try client.call("device.stats", Self.net0)["missing"] == [])
        }
    }
}
