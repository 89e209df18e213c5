import ControlAPI
import Foundation
import LinuxIO
import Logging
import Testing
import VDPA
import Virtio

@testable import DaemonCore

/// One device of a scripted host, on a loop of its own.
struct DeviceUnderTest: Sendable {
    let host: ScriptedHost
    let device: Device
    let store: RecordStore<RunRecord>

    static let node: DeviceNode = {
        guard let name = try? DeviceName("blk0") else { preconditionFailure() }
        return DeviceNode(device: name, number: 0, major: 500, minor: 0)
    }()

    static func holder(_ pid: Int32, startTime: UInt64? = nil) -> Holder {
        Holder(
            device: node.device,
            reference: HolderReference(pid: pid, startTime: startTime ?? UInt64(pid), descriptor: 9),
            command: "vmm-\(pid)", unit: nil)
    }

    static func scan(_ pids: Int32..., isComplete: Bool = true) -> HolderScan {
        HolderScan(
            holders: pids.map { holder($0) }, isComplete: isComplete,
            incompleteReason: isComplete ? nil : "no right")
    }

    static let resume = DeviceProcedure.resume(dryRun: false)
    static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    // MARK: Short forms

    func suspend(
        descriptor: SharedDescriptor? = nil, keep: Bool = false, deadlineMs: UInt32? = nil
    ) async throws -> DeviceSuspendMethod.Result {
        let params = DeviceSuspendMethod.Params(
            target: DeviceParams(device: Self.node.device, deadlineMs: deadlineMs), keep: keep)
        return try await device.suspend(params, descriptor: descriptor, turn: await device.takeTurn())
    }

    func resume() async throws -> DeviceResumeMethod.Result {
        let params = DeviceResumeMethod.Params(target: DeviceParams(device: Self.node.device))
        return try await device.resume(params, descriptor: nil, turn: await device.takeTurn())
    }

    func handBack() async throws {
        let turn = await device.takeTurn()
        let refusal: ControlError?
        do {
            try await device.begin(device.request(turn))
            refusal = await device.handBackAtOnce()
        } catch {
            refusal = error
        }
        await device.end(turn)
        if let refusal { throw refusal }
    }

    /// A suspend that misses its deadline; the gate lets its call return.
    ///
    /// On a busy machine a deadline may pass before anything is called, which is not meant here.
    func missDeadline(
        descriptor: SharedDescriptor? = nil
    ) async throws -> (gate: HostCall<DeviceReport>, error: ControlError?) {
        let gate = host.hold(Self.suspend)
        let before = host.count(Self.suspend)
        var milliseconds: UInt32 = 10
        var error: ControlError?
        while host.count(Self.suspend) == before {
            error = await #expect(throws: ControlError.self) {
                _ = try await suspend(descriptor: descriptor, deadlineMs: milliseconds)
            }
            milliseconds *= 2
        }
        #expect(error?.code == .deadlineExceeded)
        return (gate, error)
    }

    /// The process that is watched exits; returns when that has been looked at.
    func exitWatched() async {
        let before = host.scans
        await device.exitWatched(by: host)
        while host.scans == before { await Task.yield() }
        await device.waitForLoop()
    }

    /// Waits until everything that was left has been dealt with.
    func waitUntilQuiet() async {
        while await device.leftCalls > 0 { await Task.yield() }
        let turn = await device.takeTurn()
        _ = await turn.wait(until: .distantFuture, on: device.loop)
        await device.end(turn)
    }

    func export() async throws -> StateExportMethod.Result {
        let params = StateExportMethod.Params(DeviceParams(device: Self.node.device))
        return try await device.export(params, descriptor: nil, turn: await device.takeTurn())
    }

    /// What a search that began now finds is told to the device.
    func noteHolders(_ scan: HolderScan) async {
        await device.noteHolders(scan, since: await device.holderChanges)
    }

    /// The same device in a daemon that starts with what is on disk.
    func restarted() async throws -> DeviceUnderTest {
        let record = try #require(try store.readAll(bootID: "boot").records.first)
        let environment = device.environment
        let successor = Device(name: Self.node.device, info: await device.info, environment: environment)
        await successor.recover(await successor.adopt(record))
        return DeviceUnderTest(host: host, device: successor, store: store)
    }
}

/// Runs `body` with a device that process 100 holds, on a loop that has a thread of its own.
///
/// A call that is left is given up after `graceMs`: by default not while a test runs.
func withDevice(
    graceMs: UInt64 = 600_000, _ body: @escaping @Sendable (DeviceUnderTest) async throws -> Void
) async throws {
    let loop = try EventLoop()
    try DetachedThread.start { loop.run() }
    defer { loop.stop() }
    let host = ScriptedHost()
    host.scan = DeviceUnderTest.scan(100)
    let directory = "/tmp/vdpad-device-under-test-\(UInt64.random(in: .min ... .max))"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try RecordStore<RunRecord>(stateDirectory: directory, folder: "devices")
    let followUps = FollowUps()
    let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let events = Events(on: loop)
    let environment = DeviceEnvironment(
        loop: loop, host: host, store: store,
        changeStore: try RecordStore<ProvisioningRecord>(stateDirectory: directory, folder: "changes"),
        savedStates: try SavedStates(stateDirectory: directory), followUps: followUps, bootID: "boot",
        source: DeviceEnvironment.Source(host: "test", kernel: "none"),
        operations: Operations(
            instance: "test", bootID: "boot",
            store: try RecordStore<OperationRecord>(stateDirectory: directory, folder: "operations"), events: events,
            log: log),
        tunables: Tunables(Tunables.Values(defaultDeadlineMs: 30_000)),
        graceMs: graceMs, events: events, metrics: Metrics(on: loop), log: log)
    var info = HostDevice(name: DeviceUnderTest.node.device)
    info.driver = .vhostVDPA
    info.node = DeviceUnderTest.node
    let device = Device(name: info.name, info: info, environment: environment)
    await device.noteOpened()
    // Not detached: an issue is recorded with the test of its task.
    let task = Task(executorPreference: loop) {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await withDiscardingTaskGroup { group in
                    for await work in followUps.stream { group.addTask { await work() } }
                }
            }
            defer { followUps.finish() }
            try await body(DeviceUnderTest(host: host, device: device, store: store))
        }
    }
    try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}

extension Device {
    fileprivate func exitWatched(by host: ScriptedHost) {
        host.exitWatched()
    }

    fileprivate func waitForLoop() async {
        await loop.yield()
        await loop.yield()
    }

    /// The steps of a hand back in its turn, as the daemon takes them.
    fileprivate func handBackAtOnce() -> ControlError? {
        if let refusal = obstacleToHandBack ?? recordHandBack() { return refusal }
        _ = handBack()
        return nil
    }
}
