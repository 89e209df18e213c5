import ControlAPI
import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@testable import DaemonCore

/// What a stop becomes when calls fail, come late or meet each other.
@Suite(.timeLimit(.minutes(5))) struct StopTests {
    private static let refusal = HostError(.kernel, "as asked", call: "VHOST_VDPA_SUSPEND")

    private static func onDisk(_ test: DeviceUnderTest) throws -> RunRecord? {
        try test.store.readAll(bootID: "boot").records.first
    }

    // MARK: Hand back

    @Test func nothingIsHandedBackWhileACallHasNotReturned() async throws {
        try await withDevice(graceMs: 1) { test in
            let gate = try await test.missDeadline().gate
            while test.host.abandoned == 0 { await Task.yield() }
            let error = await #expect(throws: ControlError.self) { try await test.handBack() }
            #expect(error?.code == .hostBlocked)
            gate.resolve(.success(ScriptedHost.report(DeviceUnderTest.suspend)))
            while test.host.count(DeviceUnderTest.resume) == 0 { await Task.yield() }
            await test.waitUntilQuiet()
            try await test.handBack()
        }
    }

    @Test(arguments: [true, false]) func nothingIsResumedUnaskedAfterAHandBack(hadStopped: Bool) async throws {
        try await withDevice { test in
            if hadStopped { _ = try await test.suspend() }
            try await test.handBack()
            #expect(await test.device.runState == .unknown)
            let gate = try await test.missDeadline().gate
            gate.resolve(.success(ScriptedHost.report(DeviceUnderTest.suspend)))
            await test.waitUntilQuiet()
            #expect(test.host.count(DeviceUnderTest.resume) == 0)
            #expect(await test.device.runState == .suspended)
            #expect(try Self.onDisk(test)?.keep == true)
        }
    }

    @Test func aStopThatCameToNothingLeavesTheHandBack() async throws {
        try await withDevice { test in
            try await test.handBack()
            test.host.hold(DeviceUnderTest.suspend).resolve(.failure(HostError(.permissionDenied, "as asked")))
            await #expect(throws: ControlError.self) { _ = try await test.suspend() }
            #expect(try Self.onDisk(test)?.isHandedBack == true)
            test.host.hold(DeviceUnderTest.suspend).resolve(.failure(Self.refusal))
            await #expect(throws: ControlError.self) { _ = try await test.suspend() }
            #expect(test.host.count(DeviceUnderTest.resume) == 0)
        }
    }

    // MARK: Failures

    @Test func aKeptStopIsNotResumedHoweverOftenItCannotBeAsserted() async throws {
        try await withDevice { test in
            _ = try await test.suspend(keep: true)
            test.host.hold(DeviceUnderTest.suspend).resolve(.failure(Self.refusal))
            for _ in 1...3 {
                await #expect(throws: ControlError.self) { _ = try await test.suspend() }
                #expect(await test.device.runState == .unknown)
            }
            #expect(test.host.count(DeviceUnderTest.resume) == 0)
            #expect(try Self.onDisk(test)?.keep == true)
        }
    }

    @Test func aResumeThatFailsAfterTheLastCloseLeavesNoRecord() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let gate = test.host.hold(DeviceUnderTest.resume)
            let reply = Task { try await test.resume() }
            while test.host.count(DeviceUnderTest.resume) == 0 { await Task.yield() }
            await test.device.noteClosed()
            gate.resolve(.failure(HostError(.holderGone, "process 100 has exited")))
            await #expect(throws: ControlError.self) { _ = try await reply.value }
            #expect(try Self.onDisk(test) == nil)
            #expect(await test.device.runState == .idle)
        }
    }

    @Test(arguments: [HostError.Code.blocked, .permissionDenied, .identityMismatch])
    func aResumeThatWasNotEvenCalledLeavesTheStop(code: HostError.Code) async throws {
        try await withDevice { test in
            _ = try await test.suspend(keep: true)
            let before = try Self.onDisk(test)
            test.host.hold(DeviceUnderTest.resume).resolve(.failure(HostError(code, "as asked")))
            await #expect(throws: ControlError.self) { _ = try await test.resume() }
            #expect(await test.device.runState == .suspended)
            #expect(try Self.onDisk(test) == before)
        }
    }

    @Test func aFailedStopIsAnsweredInTime() async throws {
        try await withDevice { test in
            test.host.hold(DeviceUnderTest.suspend).resolve(.failure(Self.refusal))
            let gate = test.host.hold(DeviceUnderTest.resume)
            // Without an answer before the resume has returned this would not end.
            var milliseconds: UInt32 = 10
            while test.host.count(DeviceUnderTest.resume) == 0 {
                await #expect(throws: ControlError.self) { _ = try await test.suspend(deadlineMs: milliseconds) }
                milliseconds *= 2
            }
            #expect(await test.device.runState == .resuming)
            gate.resolve(.success(ScriptedHost.report(DeviceUnderTest.resume)))
            await test.waitUntilQuiet()
            #expect(await test.device.runState == .running)
        }
    }

    @Test func nothingIsCalledAfterTheDeadline() async throws {
        try await withDevice { test in
            let search = test.host.holdScans()
            let descriptor = SharedDescriptor(try Files.openReadWrite("/dev/null"))
            let error = await #expect(throws: ControlError.self) {
                _ = try await test.suspend(descriptor: descriptor, deadlineMs: 20)
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(test.host.count(DeviceUnderTest.suspend) == 0)
            #expect(await test.device.runState == .running)
            search.resolve(.success(DeviceUnderTest.scan()))
        }
    }

    @Test func aStopThatTheLastCloseHasOvertakenLeavesNoRecord() async throws {
        try await withDevice { test in
            let gate = test.host.hold(DeviceUnderTest.suspend)
            let reply = Task { try await test.suspend() }
            while test.host.count(DeviceUnderTest.suspend) == 0 { await Task.yield() }
            await test.device.noteClosed()
            gate.resolve(.success(ScriptedHost.report(DeviceUnderTest.suspend)))
            let error = await #expect(throws: ControlError.self) { _ = try await reply.value }
            #expect(error?.code == .deviceGone)
            let record = try Self.onDisk(test)
            #expect(record == nil)
            #expect(await test.device.runState == .idle)
            #expect(test.host.count(DeviceUnderTest.resume) == 0)
        }
    }

    @Test func aStopThatHitADeviceOpenedAnewIsUndone() async throws {
        try await withDevice { test in
            let gate = test.host.hold(DeviceUnderTest.suspend)
            let reply = Task { try await test.suspend() }
            while test.host.count(DeviceUnderTest.suspend) == 0 { await Task.yield() }
            await test.device.noteClosed()
            await test.device.noteOpened()
            gate.resolve(.success(ScriptedHost.report(DeviceUnderTest.suspend)))
            await #expect(throws: ControlError.self) { _ = try await reply.value }
            #expect(test.host.count(DeviceUnderTest.resume) == 1)
            let record = try Self.onDisk(test)
            #expect(record == nil)
        }
    }

    @Test(arguments: [HostError.Code.verificationFailed, .workerLost, .kernel])
    func aStatusWriteThatFailsLeavesTheStopUnknown(code: HostError.Code) async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            test.host.hold(.setStatus([.driverOK])).resolve(.failure(HostError(code, "as asked")))
            let params = DeviceSetStatusMethod.Params(
                target: DeviceParams(device: DeviceUnderTest.node.device), status: DeviceStatus.driverOK.rawValue,
                confirm: true)
            await #expect(throws: ControlError.self) {
                _ = try await test.device.setStatus(params, descriptor: nil, turn: await test.device.takeTurn())
            }
            #expect(await test.device.runState == .unknown)
        }
    }

    @Test func whatCannotBeRemovedIsNotHandedBack() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let path = "\(test.store.directory)/\(DeviceUnderTest.node.device.string).json"
            try Files.remove(path)
            try Files.createDirectory(path, mode: 0o700)
            await #expect(throws: ControlError.self) { try await test.handBack() }
            #expect(await test.device.runState == .suspended)
        }
    }

    // MARK: Others

    @Test func anExportNeverStopsAHolderThatCameMeanwhile() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            test.host.end(100)
            let search = test.host.holdScans()
            async let document = test.export()
            while await test.device.holder != nil { await Task.yield() }
            // The last close and the next open, in order.
            await test.device.noteClosed()
            await test.device.noteOpened()
            test.host.scan = DeviceUnderTest.scan(200)
            test.host.releaseScans()
            search.resolve(.success(DeviceUnderTest.scan()))
            #expect(try await document.state.stability.suspended == false)
            #expect(test.host.count(.export(assertStop: true)) == 0)
        }
    }

    @Test func aStopThatAnExportCannotAssertIsUnknown() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            test.host.hold(.export(assertStop: true)).resolve(.failure(Self.refusal))
            await #expect(throws: ControlError.self) { _ = try await test.export() }
            #expect(await test.device.runState == .unknown)
            #expect(test.host.count(DeviceUnderTest.resume) == 0)
        }
    }

    @Test func anExaminationThatWasGivenUpSaysNothingOfALaterStop() async throws {
        try await withDevice(graceMs: 1) { test in
            let gate = test.host.hold(.examine)
            let params = DeviceParams(device: DeviceUnderTest.node.device, deadlineMs: 20)
            await #expect(throws: ControlError.self) {
                _ = try await test.device.status(params, descriptor: nil, turn: await test.device.takeTurn())
            }
            while test.host.abandoned == 0 { await Task.yield() }
            test.host.release(.examine)
            _ = try await test.suspend()
            var report = ScriptedHost.report(.examine)
            report.before.status = [.acknowledge, .driver, .featuresOK]
            gate.resolve(.success(report))
            await test.waitUntilQuiet()
            #expect(await test.device.runState == .suspended)
        }
    }

    @Test func theFirstSnapshotIsTheOneToCompareWith() async throws {
        try await withDevice { test in
            for configuration: UInt8 in 1...2 {
                var report = ScriptedHost.report(DeviceUnderTest.suspend)
                report.after?.configuration = [configuration]
                test.host.hold(DeviceUnderTest.suspend).resolve(.success(report))
                _ = try await test.suspend()
            }
            #expect(try Self.onDisk(test)?.configuration == HexadecimalBytes([1]))
        }
    }

    @Test func aStatusThatIsWrittenMayLetTheDeviceGoOn() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let status = DeviceStatus([.acknowledge, .driver, .featuresOK, .driverOK, .init(rawValue: 0x10)])
            test.host.hold(.setStatus(status)).resolve(.success(ScriptedHost.report(DeviceUnderTest.suspend)))
            let params = DeviceSetStatusMethod.Params(
                target: DeviceParams(device: DeviceUnderTest.node.device), status: status.rawValue, confirm: true)
            let reply = try await test.device.setStatus(params, descriptor: nil, turn: await test.device.takeTurn())
            #expect(reply.runState == .unknown)
        }
    }

    // MARK: Devices that are opened, and nodes that go

    @Test func openingADeviceEndsAStop() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            let params = DeviceOpenMethod.Params(device: DeviceUnderTest.node.device, initialize: .init())
            let reply = try await test.device.open(params, turn: await test.device.takeTurn())
            #expect(reply.runState == .running)
            #expect(try Self.onDisk(test) == nil)
        }
    }

    @Test func aDeviceThatWentWhileItWasBeingOpenedIsClosed() async throws {
        try await withDevice { test in
            let gate = test.host.hold(.open(bringUp: nil))
            let reply = Task {
                try await test.device.open(
                    DeviceOpenMethod.Params(device: DeviceUnderTest.node.device), turn: await test.device.takeTurn())
            }
            while test.host.count(.open(bringUp: nil)) == 0 { await Task.yield() }
            await test.device.update(nil)
            gate.resolve(.success(ScriptedHost.report(.open(bringUp: nil))))
            let error = await #expect(throws: ControlError.self) { _ = try await reply.value }
            #expect(error?.code == .deviceGone)
            #expect(test.host.count(.close) == 1)
        }
    }

    @Test func whoHoldsADeviceIsNotKnownBeforeAnybodyHasLooked() async throws {
        try await withDevice { test in
            let info = await test.device.info
            let device = Device(name: DeviceUnderTest.node.device, info: info, environment: test.device.environment)
            #expect(await device.runState == .unknown)
            await device.noteHolders(DeviceUnderTest.scan(isComplete: false), since: 0)
            #expect(await device.runState == .unknown)
            await device.noteHolders(DeviceUnderTest.scan(), since: 0)
            #expect(await device.runState == .idle)
        }
    }

    @Test func whatVdpadHasOpenIsClosedWhenItsNodeGoes() async throws {
        try await withDevice { test in
            let params = DeviceOpenMethod.Params(device: DeviceUnderTest.node.device)
            _ = try await test.device.open(params, turn: await test.device.takeTurn())
            await test.device.update(nil)
            while test.host.count(.close) == 0 { await Task.yield() }
            await test.waitUntilQuiet()
            #expect(await test.device.isUnused)
        }
    }

    @Test func aNodeThatGoesIsNotTheLastClose() async throws {
        try await withDevice { test in
            _ = try await test.suspend()
            await test.device.update(nil)
            #expect(try Self.onDisk(test) != nil)
            #expect(await test.device.node == DeviceUnderTest.node)
            #expect(await test.device.isUnused == false)
            await test.device.noteClosed()
            #expect(try Self.onDisk(test) == nil)
            #expect(await test.device.isUnused)
        }
    }
}
