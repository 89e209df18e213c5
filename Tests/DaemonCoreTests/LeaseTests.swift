import ControlAPI
import JSON
import LinuxIO
import Testing
import VDPA

@testable import DaemonCore

/// The lease of a device while others act on it, or have left it.
@Suite(.timeLimit(.minutes(5))) struct LeaseTests {
    private static let resume = DeviceUnderTest.resume

    /// A device that is stopped for a minute, and the operation that its lease is named by.
    private static func withLeasedDevice(
        _ body: @escaping @Sendable (DeviceUnderTest, String) async throws -> Void
    ) async throws {
        try await withDevice { test in
            let params = DeviceSuspendMethod.Params(
                target: DeviceParams(device: DeviceUnderTest.node.device), holdMs: 60_000)
            let stop = try await test.device.suspend(params, descriptor: nil, turn: await test.device.takeTurn())
            try await body(test, try #require(stop.lease?.operation))
        }
    }

    private static func onDisk(_ test: DeviceUnderTest) throws -> LeaseRecord? {
        try test.store.readAll(bootID: "boot").records.first?.lease
    }

    /// The first event of a kind, as it is told; empty when there was none.
    private static func told(_ kind: EventKind, by events: Events) async throws -> String {
        events.open(try await events.subscribe(1, EventFilter(kinds: [kind]), .everything, from: .behind(0)), of: 1)
        var writer = JSONWriter(capacity: 0)
        writer.beginObject()
        _ = events.writeNext(to: &writer, for: 1)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Renewing

    @Test(arguments: [
        (DeviceUnderTest.scan(100), RunState.suspended), (DeviceUnderTest.scan(200), .unknown),
        (DeviceUnderTest.scan(isComplete: false), .unknown), (DeviceUnderTest.scan(), .idle),
    ])
    func aRenewalProvesNothingOfTheHolder(scan: HolderScan, expected: RunState) async throws {
        try await Self.withLeasedDevice { test, operation in
            let before = try #require(await test.device.record?.lease?.endsAtBootNs)
            await test.device.doubtRecord(.unwatched)
            await test.device.renewLease(of: operation)
            #expect(await test.device.runState == .unknown)
            #expect(try #require(try Self.onDisk(test)?.endsAtBootNs) > before)
            await test.noteHolders(scan)
            #expect(await test.device.runState == expected)
        }
    }

    @Test func aRenewalCountsWhileTheHolderIsLookedFor() async throws {
        try await Self.withLeasedDevice { test, operation in
            let gate = test.host.hold(.examine)
            await test.device.letLeaseEnd()
            while test.host.count(.examine) == 0 { await Task.yield() }
            await test.device.renewLease(of: operation)
            gate.resolve(.success(ScriptedHost.report(.examine)))
            await test.waitUntilQuiet()
            #expect(test.host.count(Self.resume) == 0)
            #expect(await test.device.runState == .suspended)
            #expect(await test.device.record?.lease?.operation == operation)
        }
    }

    // MARK: The holder has gone

    @Test(arguments: [DeviceUnderTest.scan(200), DeviceUnderTest.scan(isComplete: false), DeviceUnderTest.scan()])
    func theExitOfTheRecordedHolderEndsIt(scan: HolderScan) async throws {
        try await Self.withLeasedDevice { test, operation in
            test.host.end(100)
            test.host.scan = scan
            // What has come and gone within a turn of the loop is not told.
            await test.device.loop.yield()
            await test.exitWatched()
            #expect(await test.device.record?.lease == nil)
            let onDisk = try Self.onDisk(test)
            #expect(onDisk == nil)
            #expect(await test.device.runState == .unknown)
            #expect(await test.device.unresolved != nil)
            #expect(test.host.count(Self.resume) == 0)
            let told = try await Self.told(.leaseEnded, by: test.device.environment.events)
            #expect(told.contains("\"\(operation)\""))
        }
    }
}

extension Device {
    /// The time of the lease is up.
    fileprivate func letLeaseEnd() {
        record?.lease?.endsAtBootNs = 1
    }
}
