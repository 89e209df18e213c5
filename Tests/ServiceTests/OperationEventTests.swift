import JSON
import Testing
import VDPA

@Suite("Events of operations and leases")
struct OperationEventTests {
    private static let operationKinds: JSONValue = ["operationStarted", "operationPhase", "operationFinished"]
    private static let leaseKinds: JSONValue = ["leaseExpiring", "leaseExpired", "leaseEnded"]

    private static func outline(_ events: [JSONValue]) -> [String] {
        events.map { event in
            ["kind", "method", "phase", "outcome", "reason"].compactMap { event[$0]?.text }.joined(separator: " ")
        }
    }

    /// The events up to one of this kind.
    private static func events(_ client: DaemonClient, upTo kind: String) throws -> [JSONValue] {
        var events: [JSONValue] = []
        while events.last?["kind"]?.text != kind { events.append(try client.nextEvent()) }
        return events
    }

    @Test func anOperationIsToldBeforeItsReply() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.call("events.subscribe", ["filter": ["kinds": Self.operationKinds, "devices": ["net0"]]])
            let stop = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.status", ["device": "net0"])
            let events = client.takeEvents()
            #expect(events.allSatisfy { $0["operation"] == stop["operation"] })
            #expect(
                Self.outline(events) == [
                    "operationStarted device.suspend", "operationPhase begun", "operationPhase stopping",
                    "operationPhase stopped", "operationFinished succeeded",
                ])
        }
    }

    @Test func aGroupIsToldToWhoeverWantsOneOfItsDevices() async throws {
        try await withDaemon { daemon, client in
            for device in ["net0", "blk0"] { try daemon.hold(device) }
            let kinds: JSONValue = ["operationStarted", "operationFinished"]
            try client.call("events.subscribe", ["filter": ["kinds": kinds, "devices": ["blk0"]]])
            _ = try client.call("group.suspend", ["devices": GroupTests.both])
            let events = client.takeEvents()
            #expect(events.map { $0["devices"] } == [GroupTests.both, GroupTests.both])
            #expect(Self.outline(events) == ["operationStarted group.suspend", "operationFinished succeeded"])
        }
    }

    @Test func aLeaseThatRunsOutIsTold() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.call("events.subscribe", ["filter": ["kinds": Self.leaseKinds]])
            let stop = try client.call("device.suspend", ["device": "net0", "holdMs": 400])
            let events = try Self.events(client, upTo: "leaseExpired")
            #expect(Self.outline(events) == ["leaseExpiring", "leaseExpired"])
            #expect(events.allSatisfy { $0["operation"] == stop["operation"] && $0["device"] == "net0" })
            #expect(events.first?["expiresInMs"] == 100)
            try daemon.simulated.waitForIO("net0")
            _ = try client.call("device.status", ["device": "net0"])
            #expect(client.takeEvents() == [])
        }
    }

    @Test(arguments: [
        ("device.resume", "the device was resumed"), ("release", "the device was closed, which has reset it"),
        ("device.handBack", "vdpad does not answer for the stop any more"),
    ])
    func aLeaseThatEndsOtherwiseIsToldWithItsReason(how: String, reason: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try client.call("events.subscribe", ["filter": ["kinds": Self.leaseKinds]])
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            if how == "release" {
                try daemon.simulated.release("net0")
            } else {
                try client.call(how, ["device": "net0"])
            }
            let events = try Self.events(client, upTo: "leaseEnded")
            #expect(Self.outline(events) == ["leaseEnded \(reason)"])
        }
    }
}
