import LinuxIO
import SystemPackage
import Testing

@testable import VDPA

@Suite(.timeLimit(.minutes(5))) struct NodeWatchTests {
    /// A directory that is watched, and what is told of it.
    private struct Fixture: Sendable {
        let tree: TemporaryTree
        let status: WatchStatus
        let changes: AsyncStream<HostChange>
        let watch: NodeWatch

        func open(_ mode: FileDescriptor.AccessMode = .readWrite) throws -> FileDescriptor {
            try .open(FilePath("\(tree.path)/vhost-vdpa-7"), mode)
        }

        func remove() throws {
            try Files.remove("\(tree.path)/vhost-vdpa-7")
        }
    }

    /// Watches a directory with the node 7. The faults are those of the watch's task.
    private func withWatch(
        retryMilliseconds: UInt64 = 1, faults: [String: [Errno?]] = [:],
        keeping policy: AsyncStream<HostChange>.Continuation.BufferingPolicy = .unbounded,
        _ body: @escaping @Sendable (Fixture) async throws -> Void
    ) async throws {
        let (changes, announce) = AsyncStream<HostChange>.makeStream(bufferingPolicy: policy)
        let tree = try TemporaryTree()
        try tree.file("vhost-vdpa-7", "")
        let injected = InjectedFaults(faults)
        try await withLoop { loop in
            let status = WatchStatus()
            var keeper = WatchKeeper(loop: loop, status: status) { change in announce.yield(change) }
            keeper.retryMilliseconds = retryMilliseconds
            let watch = NodeWatch(tree.path, keeper)
            try await withThrowingTaskGroup { group in
                group.addTask { await InjectedFaults.$current.withValue(injected) { await watch.run() } }
                try await body(Fixture(tree: tree, status: status, changes: changes, watch: watch))
                group.cancelAll()
            }
        }
        #expect(injected.areUsedUp)
    }

    @Test func whatFailsIsTriedAgainAndEverythingMayHaveChanged() async throws {
        try await withWatch(
            faults: ["inotify_init1": [.tooManyOpenFiles], "inotify_add_watch": [.noSpace]]
        ) { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .overflow)
            #expect(fixture.status.failures == [])
            let file = try fixture.open()
            #expect(await told.next() == .opened(number: 7))
            try file.close()
        }
    }

    @Test func whatTheKernelDroppedIsSaidAndTheWatchBeginsAnew() async throws {
        let limit = try Files.readText("/proc/sys/fs/inotify/max_queued_events", limit: 32)
        let rounds = try #require(Int(limit))
        try await withWatch(keeping: .bufferingNewest(1)) { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            // In the watch's own place, so that it does not read meanwhile. Two events each, or only one while a child that
            // another test starts has the file as well.
            try await fixture.watch.run { for _ in 0...rounds { try fixture.open().close() } }
            while let change = await told.next(), change != .overflow {}
            let file = try fixture.open()
            #expect(await told.next() == .opened(number: 7))
            try file.close()
        }
    }

    @Test func aFailureIsSaidUntilItIsOver() async throws {
        try await withWatch(retryMilliseconds: 1_000_000, faults: ["inotify_init1": [.tooManyOpenFiles]]) { fixture in
            while fixture.status.failures.isEmpty { await Task.yield() }
            #expect(fixture.status.failures == ["nodes that come and go are not noticed: Too many open files"])
        }
    }

    @Test func aNodeThatCannotBeWatchedIsSaidAndTriedAgain() async throws {
        try await withWatch(faults: ["inotify_add_watch": [nil, .noSpace]]) { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            // Opened and closed before it was watched, perhaps.
            #expect(await told.next() == .overflow)
            #expect(fixture.status.failures == [])
            let file = try fixture.open()
            #expect(await told.next() == .opened(number: 7))
            try file.close()
        }
    }

    @Test func aNodeThatCannotBeWatchedIsForgottenWithItsName() async throws {
        try await withWatch(
            retryMilliseconds: 1_000_000, faults: ["inotify_add_watch": [nil, .noSpace]]
        ) { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            #expect(
                fixture.status.failures == [
                    "opening and closing of vhost-vdpa-7 is not noticed: No space left on device"
                ])
            try fixture.remove()
            #expect(await told.next() == .removed(number: 7))
            #expect(fixture.status.failures == [])
        }
    }

    @Test func aNodeThatIsGoneAlreadyIsNoFailure() async throws {
        try await withWatch(faults: ["inotify_add_watch": [nil, .noSuchFileOrDirectory]]) { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            #expect(fixture.status.failures == [])
        }
    }

    @Test(arguments: [FileDescriptor.AccessMode.readWrite, .readOnly])
    func aRemovalWaitsForTheHolder(mode: FileDescriptor.AccessMode) async throws {
        try await withWatch { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            let file = try fixture.open(mode)
            #expect(await told.next() == .opened(number: 7))
            try fixture.remove()
            #expect(await told.next() == .removed(number: 7))
            #expect(fixture.status.pendingRemovals == [7])
            // The number is another device's now, whose coming and going says nothing of the first.
            try fixture.tree.fifo("vhost-vdpa-7")
            #expect(await told.next() == .created(number: 7))
            #expect(fixture.status.pendingRemovals == [7])
            try file.close()
            while let change = await told.next(), change != .closed(number: 7) {}
            #expect(await told.next() == .inventory)
            #expect(fixture.status.pendingRemovals == [])
        }
    }

    @Test func aRemovalThatWaitsForNobodyIsNone() async throws {
        try await withWatch { fixture in
            var told = fixture.changes.makeAsyncIterator()
            #expect(await told.next() == .inventory)
            try fixture.open().close()
            #expect(await told.next() == .opened(number: 7))
            #expect(await told.next() == .closed(number: 7))
            try fixture.remove()
            #expect(await told.next() == .removed(number: 7))
            #expect(fixture.status.pendingRemovals == [])
        }
    }

    /// Who has it open when the watch begins is not known, so the end of the watch must tell.
    @Test func aNodeThatWasOpenBeforeItWasWatchedCounts() async throws {
        let tree = try TemporaryTree()
        try tree.file("vhost-vdpa-7", "")
        let file = try FileDescriptor.open(FilePath("\(tree.path)/vhost-vdpa-7"), .readWrite)
        try await withLoop { loop in
            let (changes, announce) = AsyncStream<HostChange>.makeStream()
            let status = WatchStatus()
            let watch = NodeWatch(
                tree.path, WatchKeeper(loop: loop, status: status) { change in announce.yield(change) })
            try await withThrowingTaskGroup { group in
                group.addTask { await watch.run() }
                var told = changes.makeAsyncIterator()
                #expect(await told.next() == .inventory)
                try Files.remove("\(tree.path)/vhost-vdpa-7")
                #expect(await told.next() == .removed(number: 7))
                #expect(status.pendingRemovals == [7])
                try file.close()
                #expect(await told.next() == .closed(number: 7))
                #expect(await told.next() == .inventory)
                #expect(status.pendingRemovals == [])
                group.cancelAll()
            }
        }
    }
}

extension NodeWatch {
    /// Runs something where the watch runs.
    fileprivate func run(_ body: @Sendable () throws -> Void) rethrows {
        try body()
    }
}
