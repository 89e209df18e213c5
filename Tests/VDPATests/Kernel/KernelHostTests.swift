import Glibc
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// The kernel's host with workers that speak the protocol and misbehave on request.
@Suite(.timeLimit(.minutes(5))) struct KernelHostTests {
    private typealias Fixture = KernelHostFixture

    @Test func eachKindOfRequestHasItsWorker() async throws {
        try await withKernelHost { fixture in
            #expect(try await fixture.result(fixture.host.inventory()).foreignNames == ["netlink"])
            let wrong = try await fixture.failure(fixture.host.holders(of: Fixture.node("a")))
            #expect(wrong.code == .malformed)
        }
    }

    @Test func aHungCallIsAbandonedReplacedAndStillAnswered() async throws {
        try await withKernelHost { fixture in
            let hung = fixture.examine("hangs")
            let waiting = fixture.examine("hangs")
            fixture.host.abandon(Fixture.node("hangs"))
            #expect(try await fixture.failure(waiting).code == .blocked)
            #expect(try await fixture.failure(fixture.examine("hangs")).code == .blocked)
            // More than were started ahead.
            for name in ["a", "b", "c"] { _ = try await fixture.result(fixture.examine(name)) }
            let stuck = fixture.host.health().stuckCalls
            #expect(stuck.map(\.device?.string) == ["hangs"])
            #expect(stuck.map(\.operation) == ["examine"])
            #expect(stuck.first?.worker != nil)
            #expect(hung.value == nil)

            let fifo = try fixture.release()
            _ = try await fixture.result(hung)
            #expect(fixture.host.health().stuckCalls.isEmpty)
            try fifo.close()
        }
    }

    @Test func aDeadWorkerFailsItsCallAndTheNextHasAnother() async throws {
        try await withKernelHost { fixture in
            for _ in 0..<3 {
                let error = try await fixture.failure(fixture.examine("dies"))
                #expect(error.code == .workerLost)
                _ = try await fixture.result(fixture.examine("lives"))
            }
        }
    }

    @Test func whatALostWorkerMayHaveBegunIsDoneAgainOnlyIfItChangesNothing() async throws {
        try await withKernelHost { fixture in
            _ = try await fixture.failure(fixture.reset("dies"))
            #expect(try fixture.attempts == 1)
            _ = try await fixture.failure(fixture.examine("dies"))
            #expect(try fixture.attempts == 3)
        }
    }

    @Test func whatALostWorkerHasNotReadIsGivenToAnother() async throws {
        try await withKernelHost({ $0.idleDeviceWorkers = 1 }, file: "unread") { fixture in
            _ = try await fixture.result(fixture.reset("a"))
            #expect(try Files.exists("\(fixture.tree.path)/unread") == false)
        }
    }

    @Test func aWorkerThatHasJustEndedCostsNothing() async throws {
        try await withKernelHost({ $0.idleDeviceWorkers = 1 }) { fixture in
            let report = try await fixture.result(fixture.examine("a"))
            let worker = try #require(report.warnings.first?.split(separator: " ").last.flatMap { Int32($0) })
            // On the loop, which therefore does not notice.
            #expect(kill(worker, SIGKILL) == 0)
            #expect(waitid(P_PID, id_t(worker), nil, WEXITED | WNOWAIT) == 0)
            _ = try await fixture.result(fixture.reset("a"))
        }
    }

    @Test func aStuckSearchIsReplacedAndAStuckNetlinkCallIsNot() async throws {
        try await withKernelHost({ $0.stuckAfterMilliseconds = 1 }, file: "hangs") { fixture in
            // One that waits when the first is found to be stuck, or comes afterwards.
            let (inventory, later) = (fixture.host.inventory(), fixture.host.inventory())
            #expect(try await fixture.failure(later).code == .blocked)
            #expect(inventory.value == nil)
            let searches = (0..<3).map { _ in fixture.host.holders(of: Fixture.node("a")) }
            #expect(try await fixture.failure(searches[2]).code == .blocked)
            #expect(searches[0].value == nil && searches[1].value == nil)
            #expect(fixture.host.health().stuckCalls.map(\.operation) == ["inventory", "holders", "holders"])
            try Files.remove("\(fixture.tree.path)/hangs")
            let fifo = try fixture.release()
            for _ in 0..<2 { try fifo.writeAll([0]) }
            _ = try await fixture.result(inventory)
            for search in searches[..<2] { #expect(try await fixture.failure(search).code == .malformed) }
            #expect(try await fixture.result(fixture.host.inventory()).foreignNames == ["netlink"])
            try fifo.close()
        }
    }

    @Test func aWorkersFailureIsTheCalls() async throws {
        try await withKernelHost { fixture in
            #expect(try await fixture.failure(fixture.examine("fails")).code == .notRunning)
            #expect(try await fixture.failure(fixture.examine("confused")).code == .malformed)
            _ = try await fixture.result(fixture.examine("lives"))
        }
    }

    @Test func aPassedDescriptorArrivesAndIsLetGo() async throws {
        try await withKernelHost { fixture in
            try fixture.tree.file("file", "")
            let file = try Files.openReadWrite("\(fixture.tree.path)/file")
            let inode = try file.status().inode
            let report = try await fixture.result(fixture.examine("a", .passed(SharedDescriptor(file))))
            #expect(report.warnings.last == "inode \(inode)")
        }
    }

    @Test(arguments: [false, true]) func theLastCloseOfAPassedDescriptorIsAWorkers(isUsed: Bool) async throws {
        try await withKernelHost { fixture in
            let pair = try DescriptorPair()
            let near = try StreamSocket(adopting: pair.first, on: fixture.loop)
            try await Self.pass(SharedDescriptor(pair.second), isUsed: isUsed, fixture)
            var text: [UInt8] = []
            while true {
                let count = try await near.receive { bytes, _ in
                    for index in bytes.indices { text.append(bytes[index]) }
                    return bytes.count
                }
                if count == 0 { break }
            }
            #expect(String(decoding: text, as: UTF8.self) == "the last")
        }
    }

    private static func pass(_ descriptor: SharedDescriptor, isUsed: Bool, _ fixture: Fixture) async throws {
        fixture.host.closeElsewhere(descriptor)
        guard isUsed else { return }
        for _ in 0..<2 { _ = try await fixture.result(fixture.examine("a", .passed(descriptor))) }
    }

    @Test func manyDevicesRunAtOnceAndTheWorkersAreFewAfterwards() async throws {
        try await withKernelHost { fixture in
            let calls = (0..<12).map { fixture.examine("device\($0)") }
            var processes: Set<String> = []
            for call in calls { processes.formUnion(try await fixture.result(call).warnings.prefix(1)) }
            #expect(processes.count > 1)
            // Netlink, scan and two for devices.
            while fixture.host.health().workerCount > 4 { await Task.yield() }
        }
    }

    /// A crash would leave a backtracer behind, which keeps standard error open after the tests have ended.
    @Test func aWorkerThatCannotAnswerEndsWithoutCrashing() async throws {
        let worker = try KernelHostFixture.fakeWorker()
        try await withLoop { loop in
            let pair = try DescriptorPair()
            let far = SharedDescriptor(pair.second)
            let near = try StreamSocket(adopting: pair.first, on: loop)
            let child = try ChildProcess.start(
                ChildProcess.Request(
                    executable: worker, arguments: ["worker", "/tmp", "device"],
                    descriptors: [.null, .null, .inherited(2), .passed(far)]),
                on: loop)
            try await near.send(HostRequest.inventory.line)
            near.close()
            #expect(await child.exit.wait(until: .distantFuture, on: loop) == .code(71))
        }
    }

    @Test func aWorkerThatCrashesIsNotKeptForABacktrace() async throws {
        try await withKernelHost { fixture in
            let report = try await fixture.result(fixture.examine("a"))
            #expect(report.warnings.contains("SWIFT_BACKTRACE=enable=no"))
        }
    }

    @Test func aProgramThatCannotBeStartedIsSaid() async throws {
        try await withKernelHost(executable: "/no/such/program") { fixture in
            let error = try await fixture.failure(fixture.host.inventory())
            #expect(error.code == .workerLost)
            #expect(error.message.contains("/no/such/program"))
        }
    }

    @Test func anOwnersProcedureNeedsAnOpenDevice() async throws {
        try await withKernelHost { fixture in
            let error = try await fixture.failure(fixture.examine("a", .owner))
            #expect(error.code == .notOwner)
            // No sysfs there.
            let opened = fixture.host.perform(.open(bringUp: nil), on: Fixture.node("no-device"), through: .owner)
            #expect(try await fixture.failure(opened).code == .gone)
            #expect(try await fixture.failure(fixture.examine("no-device", .owner)).code == .notOwner)
        }
    }

    @Test func stoppingFailsWhatIsUnderWay() async throws {
        try await withKernelHost { fixture in
            let hung = fixture.examine("hangs")
            let waiting = fixture.examine("hangs")
            fixture.host.stop()
            #expect(try await fixture.failure(hung).code == .workerLost)
            #expect(try await fixture.failure(waiting).code == .workerLost)
            #expect(try await fixture.failure(fixture.host.inventory()).code == .workerLost)
            _ = try fixture.release().close()
        }
    }

    @Test func noNetlinkWhileARemovalWaitsForItsHolder() async throws {
        try await withKernelHost { fixture in
            let path = "\(fixture.tree.path)/dev/vhost-vdpa-7"
            try fixture.tree.file("dev/vhost-vdpa-7", "")
            let (changes, announce) = AsyncStream<HostChange>.makeStream()
            fixture.host.follow { change in announce.yield(change) }
            var told = changes.makeAsyncIterator()
            while await told.next() != .inventory {}
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            try Files.remove(path)
            while await told.next() != .removed(number: 7) {}
            #expect(fixture.host.health().pendingRemovals == [7])
            let inventory = try await fixture.result(fixture.host.inventory())
            #expect(inventory.foreignNames == ["scan"])
            #expect(inventory.netlinkFailure?.code == .blocked)
            #expect(inventory.netlinkFailure?.message.contains("vhost-vdpa-7") == true)
            let failure = try await fixture.failure(fixture.host.configuration(of: .test("a")))
            #expect(failure.code == .blocked)

            try file.close()
            while await told.next() != .closed(number: 7) {}
            // Told behind, so that the inventory is read again.
            while await told.next() != .inventory {}
            #expect(fixture.host.health().pendingRemovals == [])
            #expect(try await fixture.result(fixture.host.inventory()).foreignNames == ["netlink"])
        }
    }

    @Test func whatCannotBeWatchedIsSaidAndTriedAgain() async throws {
        try await withKernelHost { fixture in
            #expect(unsafe rmdir("\(fixture.tree.path)/dev") == 0)
            let (changes, announce) = AsyncStream<HostChange>.makeStream()
            fixture.host.follow { change in announce.yield(change) }
            while fixture.host.health().watchFailures.isEmpty { await Task.yield() }
            #expect(fixture.host.health().watchFailures.first?.contains("No such file") == true)
            try fixture.tree.directory("dev")
            for await change in changes where change == .overflow { break }
            #expect(fixture.host.health().watchFailures == [])
        }
    }

    @Test func nodesThatComeAndGoAreTold() async throws {
        try await withKernelHost { fixture in
            try fixture.tree.file("dev/other", "")
            let path = "\(fixture.tree.path)/dev/vhost-vdpa-7"
            var files: [FileDescriptor] = []
            var step = 0
            // What is done next is done when the step before was told.
            let (changes, announce) = AsyncStream<HostChange>.makeStream()
            fixture.host.follow { change in announce.yield(change) }
            for await change in changes {
                switch step {
                case 0:
                    #expect(change == .inventory)  // nodes are watched
                case 1:
                    #expect(change == .inventory)  // the bus is watched
                    files = [
                        try .open(FilePath(path), .readWrite, options: [.create], permissions: .ownerReadWrite)
                    ]
                case 2:
                    #expect(change == .created(number: 7))
                    try files.removeLast().close()
                case 3:
                    #expect(change == .closed(number: 7))
                    files = [try .open(FilePath(path), .readWrite)]
                case 4:
                    #expect(change == .opened(number: 7))
                    files.append(try files[0].duplicate())
                    for file in files { try file.close() }
                case 5:
                    #expect(change == .closed(number: 7))
                    try Files.remove(path)
                default:
                    #expect(change == .removed(number: 7))
                    return
                }
                step += 1
            }
            Issue.record("the changes ended after step \(step)")
        }
    }
}
