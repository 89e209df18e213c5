import ControlAPI
import DeviceState
import Glibc
import LinuxIO
import Testing
import VDPA

@testable import DaemonCore

/// What becomes of a stop when it is not certain who holds the device: it is neither forgotten nor undone behind anybody.
@Suite(.timeLimit(.minutes(5))) struct DoubtTests {
    private static let resume = DeviceUnderTest.resume
    private static let suspend = DeviceUnderTest.suspend

    private static func descriptor() throws -> SharedDescriptor {
        SharedDescriptor(try Files.openReadWrite("/dev/null"))
    }

    private static func onDisk(_ test: DeviceUnderTest) throws -> RunRecord? {
        try test.store.readAll(bootID: "boot").records.first
    }

    // MARK: A close may have gone unnoticed

    @Test(arguments: [
        (DeviceUnderTest.scan(100), RunState.suspended), (DeviceUnderTest.scan(200, 100), .suspended),
        (DeviceUnderTest.scan(200), .unknown), (DeviceUnderTest.scan(200, isComplete: false), .unknown),
        (DeviceUnderTest.scan(isComplete: false), .unknown), (DeviceUnderTest.scan(), .idle),
    ])
    func whatASearchFindsSettlesTheRecord(scan: HolderScan, expected: RunState) async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            await test.device.doubtRecord(.unwatched)
            #expect(await test.device.runState == .unknown)
            await test.noteHolders(scan)
            #expect(await test.device.runState == expected)
            #expect((try Self.onDisk(test) == nil) == (expected == .idle))
            #expect(test.host.count(Self.resume) == 0)
        }
    }

    @Test func aProcessWithTheSamePIDIsAnother() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            await test.device.doubtRecord(.unwatched)
            await test.noteHolders(
                HolderScan(holders: [DeviceUnderTest.holder(100, startTime: 7)], isComplete: true))
            #expect(await test.device.runState == .unknown)
            #expect(await test.device.unresolved?.contains("process 100") == true)
        }
    }

    @Test func aStopInDoubtIsNotAssertedAgain() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            await test.device.doubtRecord(.unwatched)
            test.host.end(100)
            test.host.scan = DeviceUnderTest.scan(200)
            let document = try await test.export().state
            #expect(document.stability.suspended == false)
            #expect(test.host.count(.export(assertStop: true)) == 0)
        }
    }

    @Test func aSearchThatFindsNobodyDoesNotEndAStopThatNobodyDoubts() async throws {
        try await withDevice { test in
            _ = try await test.suspend(descriptor: Self.descriptor())
            await test.noteHolders(DeviceUnderTest.scan())
            #expect(await test.device.runState == .suspended)
        }
    }

    // MARK: Several processes have the description

    @Test(arguments: [
        (DeviceUnderTest.scan(), RunState.unknown), (DeviceUnderTest.scan(200), .unknown),
        (DeviceUnderTest.scan(100), .suspended),
    ])
    func theExitOfTheRecordedHolderIsNoticed(scan: HolderScan, expected: RunState) async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            #expect(test.host.watched == DeviceUnderTest.holder(100).reference)
            test.host.scan = scan
            await test.exitWatched()
            #expect(await test.device.runState == expected)
            #expect(test.host.count(Self.resume) == 0)
        }
    }

    @Test func theExitOfTheRecordedHolderIsNotTheLastClose() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            test.host.end(100)
            test.host.scan = DeviceUnderTest.scan(200)
            // Not suspended for certain, so it says what it did, and does it.
            let reply = try await test.resume()
            #expect(reply.wasSuspended == false)
            #expect(reply.state.runState == .running)
            #expect(test.host.calls.last?.sharedWith == 200)
        }
    }

    @Test(arguments: [
        (DeviceUnderTest.scan(200), RunState.unknown), (DeviceUnderTest.scan(200, isComplete: false), .unknown),
        (DeviceUnderTest.scan(isComplete: false), .unknown), (DeviceUnderTest.scan(), .unknown),
    ])
    func aSuspendDuringWhichTheHolderExits(scan: HolderScan, expected: RunState) async throws {
        try await withDevice { test in
            await test.noteHolders(DeviceUnderTest.scan(100))
            var report = ScriptedHost.report(Self.suspend)
            report.holderExited = true
            test.host.hold(Self.suspend).resolve(.success(report))
            test.host.scan = scan
            let error = await #expect(throws: ControlError.self) { _ = try await test.suspend() }
            #expect(error?.code == .deviceGone)
            #expect(error?.stateAfter?.runState == expected)
            #expect(await test.device.unresolved != nil)
            #expect(test.host.count(Self.resume) == 0)
            // The last close is told.
            await test.device.noteClosed()
            #expect(await test.device.runState == .idle)
            #expect(await test.device.unresolved == nil)
        }
    }

    @Test func aDescriptorOnItsWayBetweenProcessesIsStillOpen() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            test.host.end(100)
            test.host.scan = DeviceUnderTest.scan()
            let error = await #expect(throws: ControlError.self) { _ = try await test.resume() }
            #expect(error?.code == .deviceGone)
            #expect(try Self.onDisk(test) != nil)
            #expect(await test.device.isHeld == true)
        }
    }

    @Test func vdpadItselfIsNobodysHolder() async throws {
        try await withDevice { test in
            // As while a descriptor that was passed waits in this process.
            let own = DeviceUnderTest.holder(getpid())
            test.host.scan = HolderScan(holders: [own, DeviceUnderTest.holder(9_000)], isComplete: true)
            let params = DeviceTarget(device: DeviceUnderTest.node.device)
            _ = try await test.device.holders(params, turn: await test.device.takeTurn())
            _ = try await test.suspend(descriptor: Self.descriptor())
            #expect(try Self.onDisk(test)?.holder?.pid == 9_000)
        }
    }

    // MARK: Nobody is known to hold the device

    @Test func aPassedDescriptorWithoutAKnownHolderIsNoDeviceOfVdpadsOwn() async throws {
        try await withDevice { test in
            test.host.scan = DeviceUnderTest.scan(isComplete: false)
            _ = try await test.suspend(descriptor: Self.descriptor())
            let record = try #require(try Self.onDisk(test))
            #expect(record.isOwned == false)
            #expect(record.holder == nil)
        }
    }

    @Test(arguments: [
        (DeviceUnderTest.scan(isComplete: false), RunState.unknown), (DeviceUnderTest.scan(300), .unknown),
        (DeviceUnderTest.scan(), .idle),
    ])
    func aRestartNeitherForgetsNorResumesIt(scan: HolderScan, expected: RunState) async throws {
        try await withDevice { test in
            var record = try #require(try await Self.interrupted(test))
            record.holder = nil
            try test.store.write(record)
            test.host.scan = scan
            let restarted = try await test.restarted()
            #expect(await restarted.device.runState == expected)
            #expect((await restarted.device.unresolved == nil) == (expected == .idle))
            #expect(test.host.count(Self.resume) == 0)
        }
    }

    /// The record of a suspend that the daemon did not survive.
    private static func interrupted(_ test: DeviceUnderTest) async throws -> RunRecord? {
        _ = try await test.suspend()
        var record = try onDisk(test)
        record?.runState = .suspending
        return record
    }

    @Test func aHolderThatIsKnownIsNotOverwrittenByNobody() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let gate = test.host.hold(Self.resume)
            test.host.end(100)
            await test.device.noteHolderGone()
            test.host.scan = DeviceUnderTest.scan(isComplete: false)
            async let reply = test.device.resume(
                DeviceResumeMethod.Params(target: DeviceParams(device: DeviceUnderTest.node.device)),
                descriptor: try Self.descriptor(), turn: await test.device.takeTurn())
            while test.host.count(Self.resume) == 0 { await Task.yield() }
            #expect(try Self.onDisk(test)?.holder?.pid == 100)
            gate.resolve(.success(ScriptedHost.report(Self.resume)))
            _ = try await reply
        }
    }

    // MARK: Late calls

    @Test func aLateSuspendThroughAPassedDescriptorIsUndoneThroughTheHolder() async throws {
        try await withDevice { test in
            let gate = try await test.missDeadline(descriptor: Self.descriptor()).gate
            gate.resolve(.success(ScriptedHost.report(Self.suspend)))
            while test.host.count(Self.resume) == 0 { await Task.yield() }
            #expect(test.host.calls.last?.sharedWith == 100)
            #expect(test.host.abandoned == 0)
        }
    }

    @Test func theNextCallerWaitsForACallThatIsOnlySlow() async throws {
        try await withDevice { test in
            let gate = try await test.missDeadline().gate
            test.host.release(Self.suspend)
            async let next = test.suspend()
            await Task.yield()
            gate.resolve(.success(ScriptedHost.report(Self.suspend)))
            let reply = try await next
            #expect(reply.wasSuspended == false)
            // The late one was undone before the next one began.
            let changes = test.host.calls.filter { [Self.suspend, Self.resume].contains($0.procedure) }
            #expect(changes.map(\.procedure) == [Self.suspend, Self.resume, Self.suspend])
            #expect(test.host.abandoned == 0)
        }
    }

    @Test func aCallThatDoesNotReturnIsGivenUp() async throws {
        try await withDevice(graceMs: 1) { test in
            let gate = try await test.missDeadline().gate
            while test.host.abandoned == 0 { await Task.yield() }
            gate.resolve(.success(ScriptedHost.report(Self.suspend)))
            while test.host.count(Self.resume) == 0 { await Task.yield() }
        }
    }

    // MARK: Repeated suspends

    @Test func aRepeatedSuspendThatAsksToKeepTheStopIsRemembered() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            #expect(try Self.onDisk(test)?.keep == false)
            #expect(try await test.suspend(keep: true).wasSuspended)
            #expect(try Self.onDisk(test)?.keep == true)
            #expect(try await test.suspend().wasSuspended)
            #expect(try Self.onDisk(test)?.keep == true)
        }
    }

    @Test func aStopThatIsNotAssertedAgainInTimeStays() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let (gate, error) = try await test.missDeadline()
            #expect(error?.hint?.contains("stays stopped") == true)
            gate.resolve(.failure(HostError(.kernel, "as asked")))
            while await test.device.runState == .suspended { await Task.yield() }
            #expect(await test.device.runState == .unknown)
            #expect(test.host.count(Self.resume) == 0)
        }
    }
}
