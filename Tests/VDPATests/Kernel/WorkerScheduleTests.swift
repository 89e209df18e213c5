import LinuxIO
import Testing
import Virtio

@testable import VDPA

@Suite struct WorkerScheduleTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private func job(
        _ id: UInt64, _ role: HostWorker.Role = .device, _ request: HostRequest = .inventory
    ) -> WorkerJob {
        WorkerJob(id: id, role: role, request: request, descriptor: nil, since: start) { _ in }
    }

    private func makeSchedule(
        workers: Int = 2, idle: Int = 1, waiting: Int = 8
    ) -> WorkerSchedule {
        var limits = WorkerSchedule.Limits()
        limits.deviceWorkers = workers
        limits.idleDeviceWorkers = idle
        limits.waitingJobs = waiting
        return WorkerSchedule(limits: limits)
    }

    /// What becomes of a job, in words.
    private func words(_ placement: WorkerSchedule.Placement?) -> String {
        switch placement {
        case .assign(let worker, let job): "assign \(job.id) to \(worker)"
        case .start(let worker, _, let job): "start \(worker) with \(job.map { "\($0.id)" } ?? "nothing")"
        case .wait: "wait"
        case .refuse(let error): "refuse: \(error.code)"
        case nil: "nothing"
        }
    }

    /// What becomes of a job that is given up, in words.
    private func words(_ abandonment: WorkerSchedule.Abandonment?) -> String {
        switch abandonment {
        case .left(let placement): words(placement)
        case .refused(let job, let error): "\(job.id) fails: \(error.code)"
        case nil: "nothing"
        }
    }

    @Test func whatIsGivenUpBeforeAWorkerHadItIsNeverDone() {
        var schedule = makeSchedule(workers: 1)
        _ = schedule.submit(job(1), now: start)
        _ = schedule.submit(job(2), now: start)
        #expect(words(schedule.abandon(job: 2, now: start)) == "2 fails: blocked")
        if case .run = schedule.answered(1, now: start).next { Issue.record("2 was given up") }
        #expect(words(schedule.abandon(job: 2, now: start)) == "nothing")
    }

    @Test func deviceWorkersGrowToTheirLimitAndShrink() {
        var schedule = makeSchedule()
        #expect(words(schedule.submit(job(1), now: start)) == "start 1 with 1")
        #expect(words(schedule.submit(job(2), now: start)) == "start 2 with 2")
        #expect(words(schedule.submit(job(3), now: start)) == "wait")
        let first = schedule.answered(1, now: start)
        #expect(first.job?.id == 1)
        guard case .run(let next) = first.next else { Issue.record("job 3 waits"); return }
        #expect(next.id == 3)
        if case .rest = schedule.answered(1, now: start).next {} else { Issue.record("one may rest") }
        let later = start.advanced(byMilliseconds: 1_000)
        if case .rest = schedule.answered(2, now: later).next {} else { Issue.record("the second may for a while") }
        let end = start.advanced(byMilliseconds: 2_000)
        #expect(schedule.trim(now: later).retired == [])
        #expect(schedule.trim(now: later).next == end)
        // The one that has had nothing to do for longer; the other stays, however long.
        #expect(schedule.trim(now: end).retired == [1])
        #expect(schedule.trim(now: .distantFuture).retired == [])
        #expect(schedule.workerCount == 1)
        #expect(words(schedule.submit(job(4), now: start)) == "assign 4 to 2")
    }

    @Test func aWorkerStaysForEachDeviceThatIsKeptReady() throws {
        var schedule = makeSchedule(workers: 4)
        for id: UInt64 in 1...4 { _ = schedule.submit(job(id), now: start) }
        for worker: UInt64 in 1...4 { _ = schedule.answered(worker, now: start) }
        for name in ["a", "b", "c"] { schedule.keepReady(try DeviceName(name), true) }
        schedule.keepReady(try DeviceName("c"), true)
        #expect(schedule.trim(now: .distantFuture).retired == [1])
        schedule.keepReady(try DeviceName("b"), false)
        #expect(schedule.trim(now: .distantFuture).retired == [2])
    }

    @Test func anAbandonedWorkerIsReplacedAndItsLateAnswerStillCounts() {
        var schedule = makeSchedule(workers: 1)
        _ = schedule.submit(job(1), now: start)
        _ = schedule.submit(job(2), now: start)
        #expect(words(schedule.abandon(job: 1, now: start)) == "start 2 with 2")
        #expect(schedule.workerCount == 2)
        _ = schedule.submit(job(3), now: start)
        let late = schedule.answered(1, now: start)
        #expect(late.job?.id == 1)
        // Its replacement is at work, so it takes nothing that waits.
        if case .run = late.next { Issue.record("more workers than the limit") }
    }

    @Test func aLostWorkerGivesItsJobBackAndTheNextStartsAnother() {
        var schedule = makeSchedule(workers: 1)
        _ = schedule.submit(job(1), now: start)
        _ = schedule.submit(job(2), now: start)
        let (lost, isAbandoned, next) = schedule.lost(1, now: start)
        #expect(lost?.id == 1)
        #expect(!isAbandoned)
        #expect(words(next) == "start 2 with 2")
        #expect(words(schedule.lost(1, now: start).next) == "nothing")
    }

    @Test func aStuckNetlinkCallRefusesTheNext() {
        var schedule = makeSchedule()
        #expect(words(schedule.submit(job(1, .netlink), now: start)) == "start 1 with 1")
        #expect(words(schedule.submit(job(2, .netlink), now: start)) == "wait")
        let later = start.advanced(byMilliseconds: 5_000)
        #expect(schedule.stuckCalls(now: start) == [])
        #expect(schedule.stuckCalls(now: later).map(\.operation) == ["inventory"])
        let overdue = schedule.overdue(job: 1, now: later)
        #expect(words(overdue?.next) == "nothing")
        #expect(overdue?.refused.map(\.id) == [2])
        #expect(words(schedule.submit(job(3, .netlink), now: later)) == "refuse: blocked")
        #expect(words(schedule.submit(job(4, .scan), now: later)) == "start 2 with 4")
    }

    @Test func aStuckSearchIsReplacedTwice() throws {
        var schedule = makeSchedule()
        #expect(words(schedule.submit(job(1, .scan), now: start)) == "start 1 with 1")
        #expect(words(schedule.submit(job(2, .scan), now: start)) == "wait")
        let later = start.advanced(byMilliseconds: 5_000)
        let first = schedule.overdue(job: 1, now: later)
        #expect(words(first?.next) == "start 2 with 2")
        #expect(first?.refused.map(\.id) == [])
        #expect(words(schedule.submit(job(3, .scan), now: later)) == "wait")
        let muchLater = later.advanced(byMilliseconds: 5_000)
        let second = schedule.overdue(job: 2, now: muchLater)
        #expect(words(second?.next) == "nothing")
        #expect(second?.refused.map(\.id) == [3])
        #expect(second?.2.code == .blocked)
        #expect(schedule.stuckCalls(now: muchLater).count == 2)
        #expect(words(schedule.submit(job(4, .scan), now: muchLater)) == "refuse: blocked")
        // One that comes back is used again.
        let back = schedule.answered(1, now: muchLater)
        #expect(back.job?.id == 1)
        #expect(words(schedule.submit(job(5, .scan), now: muchLater)) == "assign 5 to 1")
        #expect(schedule.workerCount == 2)
    }

    @Test func aStuckCloseTakesNoWorkersPlace() {
        var schedule = makeSchedule(workers: 1)
        #expect(words(schedule.submit(job(1, .close, .discard), now: start)) == "start 1 with 1")
        let examination = HostRequest.perform(.examine, Self.node, .passedDescriptor)
        #expect(words(schedule.submit(job(2, .device, examination), now: start)) == "start 2 with 2")
        #expect(words(schedule.submit(job(4, .close, .discard), now: start)) == "wait")
        let later = start.advanced(byMilliseconds: 5_000)
        let overdue = schedule.overdue(job: 1, now: later)
        #expect(words(overdue?.next) == "start 3 with 4")
        #expect(schedule.stuckCalls(now: later).map(\.operation) == ["close"])
        // A procedure is given up by who asked for it.
        #expect(words(schedule.submit(job(3), now: later)) == "wait")
        let procedure = schedule.overdue(job: 2, now: later.advanced(byMilliseconds: 5_000))
        #expect(words(procedure?.next) == "nothing")
        #expect(procedure?.refused.map(\.id) == [])
    }

    private static let node = DeviceNode(device: .test("net0"), number: 0, major: 1, minor: 3)

    /// What changes the host without netlink, and the device that it concerns.
    private static let sysfsSteps: [(HostRequest, String, DeviceName?)] = [
        (.provision(.bind(node.device, .vhostVDPA)), "bind", node.device),
        (.provision(.unbind(node.device, .vhostVDPA, node)), "unbind", node.device),
        (.provision(.setAutoprobe(true)), "drivers_autoprobe", nil),
        (.provision(.permit(node, NodePermissions(mode: 0o600))), "chown", node.device),
        (.open(node), "open", node.device),
        (.autoprobe, "drivers_autoprobe", nil),
    ]

    @Test(arguments: sysfsSteps) func aStuckStepTakesNoWorkersPlaceAndNamesItsDevice(
        request: HostRequest, operation: String, device: DeviceName?
    ) {
        var schedule = makeSchedule(workers: 1)
        #expect(words(schedule.submit(job(1, .device, request), now: start)) == "start 1 with 1")
        #expect(words(schedule.submit(job(2), now: start)) == "wait")
        schedule.started(1, processID: 99)
        let later = start.advanced(byMilliseconds: 5_000)
        let before = start.advanced(byMilliseconds: 4_999)
        #expect(schedule.stuckCalls(now: before) == [])
        let overdue = schedule.overdue(job: 1, now: later)
        #expect(words(overdue?.next) == "start 2 with 2")
        #expect(overdue?.refused.map(\.id) == [])
        #expect(
            schedule.stuckCalls(now: later) == [
                HostHealth.StuckCall(device: device, operation: operation, since: start, worker: 99)
            ])
        // Its late answer still counts, and its worker is one too many then.
        let back = schedule.answered(1, now: later)
        #expect(back.job?.id == 1)
        #expect(schedule.stuckCalls(now: later) == [])
    }

    @Test(
        arguments: [
            .create(
                NewDevice(
                    node.device,
                    by: ManagementDevice(
                        busName: nil, name: "vdpasim_net", classes: [.net], maximumQueues: nil, features: nil))),
            .delete(node.device),
        ] as [ProvisioningStep])
    func aStuckStepOfNetlinkBlocksTheFamily(step: ProvisioningStep) {
        var schedule = makeSchedule()
        #expect(words(schedule.submit(job(1, .netlink, .provision(step)), now: start)) == "start 1 with 1")
        #expect(words(schedule.submit(job(2, .netlink), now: start)) == "wait")
        let later = start.advanced(byMilliseconds: 5_000)
        let overdue = schedule.overdue(job: 1, now: later)
        #expect(words(overdue?.next) == "nothing")
        #expect(overdue?.refused.map(\.id) == [2])
        #expect(overdue?.2.message.contains(step.operation) == true)
        #expect(words(schedule.submit(job(3, .netlink), now: later)) == "refuse: blocked")
        #expect(schedule.stuckCalls(now: later).map(\.device) == [Self.node.device])
    }

    @Test(arguments: sysfsSteps) func onlyWhatChangesNothingIsDoneAgain(
        request: HostRequest, operation: String, device: DeviceName?
    ) {
        #expect(request.isReadOnly == (request == .autoprobe))
    }

    /// Whoever passes descriptors whose close hangs has a few workers, however many they are.
    @Test(arguments: [HostWorker.Role.close, .unread]) func whatIsToBeClosedHasWorkersOfItsOwn(
        role: HostWorker.Role
    ) {
        var schedule = makeSchedule(workers: 1, waiting: 0)
        _ = schedule.submit(job(1), now: start)
        #expect(words(schedule.submit(job(2), now: start)) == "refuse: blocked")
        #expect(words(schedule.submit(job(10, role, .discard), now: start)) == "start 2 with 10")
        for id in 11..<100 { #expect(words(schedule.submit(job(UInt64(id), role, .discard), now: start)) == "wait") }
        let later = start.advanced(byMilliseconds: 5_000)
        for id in 10..<100 {
            let isReplaced = id < 18
            let next = schedule.overdue(job: UInt64(id), now: later)?.next
            #expect(words(next) == (isReplaced ? "start \(id - 7) with \(id + 1)" : "nothing"))
        }
        #expect(schedule.workerCount == 10)
        // The first that returns goes on with what waits.
        guard case .run(let next) = schedule.answered(4, now: later).next else {
            Issue.record("it rests")
            return
        }
        #expect(next.id == 19)
    }

    @Test func aLostJobThatWasGivenUpIsSaid() {
        var schedule = makeSchedule()
        _ = schedule.submit(job(1), now: start)
        _ = schedule.abandon(job: 1, now: start)
        let lost = schedule.lost(1, now: start)
        #expect(lost.isAbandoned)
    }

    @Test func theQueueHasALimit() {
        var schedule = makeSchedule(workers: 1, waiting: 1)
        _ = schedule.submit(job(1), now: start)
        #expect(words(schedule.submit(job(2), now: start)) == "wait")
        #expect(words(schedule.submit(job(3), now: start)) == "refuse: blocked")
        #expect(schedule.takeAllWaiting().map(\.id) == [2])
    }

    @Test func workersStartedAheadAreUsedFirst() {
        var schedule = makeSchedule()
        #expect(words(schedule.warmUp(.device)) == "start 1 with nothing")
        #expect(words(schedule.submit(job(1), now: start)) == "assign 1 to 1")
        schedule.started(1, processID: 99)
        #expect(schedule.processID(ofJob: 1) == 99)
    }
}

@Suite struct DeviceLanesTests {
    private let now = MonotonicInstant(nanoseconds: 1)

    private func admit(_ lanes: inout DeviceLanes<Int>, _ device: String, _ work: Int) -> String {
        switch lanes.admit(.test(device), operation: "examine", work, now: now) {
        case .start(let call): "start \(call.work)"
        case .wait: "wait"
        case .refuse(let error): "refuse: \(error.code)"
        }
    }

    @Test func oneDevicesCallsRunInOrderAndAnothersBesideThem() {
        var lanes = DeviceLanes<Int>()
        #expect(admit(&lanes, "a", 1) == "start 1")
        #expect(admit(&lanes, "a", 2) == "wait")
        #expect(admit(&lanes, "a", 3) == "wait")
        #expect(admit(&lanes, "b", 4) == "start 4")
        let second = lanes.finish(1, on: .test("a"), now: now)
        #expect(second?.work == 2)
        let third = lanes.finish(2, on: .test("a"), now: now)
        #expect(third?.work == 3)
        #expect(lanes.finish(3, on: .test("a"), now: now) == nil)
        #expect(admit(&lanes, "a", 5) == "start 5")
    }

    @Test func afterAbandonmentEverythingIsRefusedUntilTheCallReturns() throws {
        var lanes = DeviceLanes<Int>()
        let nothing = lanes.abandon(.test("a"))
        #expect(nothing == nil)
        _ = admit(&lanes, "a", 1)
        _ = admit(&lanes, "a", 2)
        let abandoned = lanes.abandon(.test("a"))
        let (stuck, refused, error) = try #require(abandoned)
        #expect(stuck.work == 1)
        #expect(refused.map(\.work) == [2])
        #expect(error.code == .blocked)
        #expect(admit(&lanes, "a", 3) == "refuse: blocked")
        #expect(lanes.abandoned.map(\.work) == [1])
        #expect(lanes.finish(stuck.id, on: .test("a"), now: now) == nil)
        #expect(lanes.abandoned.isEmpty)
        #expect(admit(&lanes, "a", 4) == "start 4")
    }
}
