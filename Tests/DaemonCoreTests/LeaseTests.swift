import ControlAPI
import Testing
import VDPA

@testable import DaemonCore

/// The lease of a device while others act on it, or have left it.
@Suite(.timeLimit(.minutes(5))) struct LeaseTests {
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
}
