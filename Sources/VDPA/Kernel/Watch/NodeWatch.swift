import LinuxIO
import SystemPackage

/// Tells of nodes that come, go, are opened and closed (inotify).
///
/// Each node is watched by itself: a watch of all of /dev would wake the daemon whenever anybody opens /dev/null.
/// Duplicates of a descriptor are not seen, only the open and the last close.
actor NodeWatch {
    private static let prefix = "vhost-vdpa-"

    /// A node that has a watch.
    private struct Node {
        let number: UInt32
        /// Nil until it is opened or closed: who has it open when the watch begins is not known.
        var isOpen: Bool?
        var isRemoved = false

        /// Its removal holds the lock of the vdpa family until the last close.
        var isPending: Bool { isRemoved && isOpen != false }
    }

    private let directory: String
    private let keeper: WatchKeeper
    /// By the number of the watch.
    private var nodes: [Int32: Node] = [:]
    /// Nodes that could not be watched, by name.
    private var unwatched: [String: UInt32] = [:]
    private var retry: TimerToken?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe keeper.loop.asUnownedSerialExecutor() }

    /// Watches nothing yet.
    ///
    /// - Parameters:
    ///   - directory: where the nodes are.
    ///   - keeper: what to tell, and where.
    init(_ directory: String, _ keeper: WatchKeeper) {
        self.directory = directory
        self.keeper = keeper
    }

    /// Watches until the task is cancelled.
    func run() async {
        await keeper.keep(.nodes) { news throws(Errno) in
            defer { forget() }
            let watch = try DirectoryWatch(on: keeper.loop)
            let all = try watch.add(directory, [.created, .deleted])
            for name in try Files.list(directory) { add(name, to: watch) }
            keeper.status.works(.nodes)
            // What came before the first watch was in place is found by looking.
            keeper.announce(news)
            while true {
                for event in try await watch.next() {
                    // What was lost may be the end of a watch, so all begin anew.
                    if event.changes.contains(.overflow) { return }
                    if event.watch == all { takeName(event, from: watch) } else { takeNode(event) }
                }
            }
        }
    }

    private func forget() {
        if let retry { keeper.loop.cancel(retry) }
        retry = nil
        nodes = [:]
        unwatched = [:]
        keeper.status.forgetNodes()
    }

    // MARK: Names

    private func takeName(_ event: DirectoryWatch.Event, from watch: DirectoryWatch) {
        guard let name = event.name, let number = Self.number(name) else { return }
        if event.changes.contains(.created) {
            keeper.status.endRemoval(of: number)
            add(name, to: watch)
            keeper.announce(.created(number: number))
        } else if event.changes.contains(.deleted) {
            if unwatched.removeValue(forKey: name) != nil { keeper.status.works(.node(number)) }
            // The watch of a file that nobody has open has ended by now, or does so next.
            for key in nodes.keys where nodes[key]?.number == number { nodes[key]?.isRemoved = true }
            _ = updatePending()
            keeper.announce(.removed(number: number))
        }
    }

    private func add(_ name: String, to watch: DirectoryWatch) {
        guard let number = Self.number(name) else { return }
        do throws(Errno) {
            let key = try watch.add("\(directory)/\(name)", [.opened, .closedAfterWriting, .closedWithoutWriting])
            nodes[key] = Node(number: number)
            unwatched[name] = nil
            // It may have been opened and closed before.
            if keeper.status.works(.node(number)) { keeper.announce(.overflow) }
        } catch .noSuchFileOrDirectory {
            // One that is gone already is told by its deletion.
        } catch {
            unwatched[name] = number
            keeper.status.failed(.node(number), error)
            retryLater(watch)
        }
    }

    private func retryLater(_ watch: DirectoryWatch) {
        guard retry == nil else { return }
        let moment = MonotonicInstant.now.advanced(byMilliseconds: keeper.retryMilliseconds)
        retry = keeper.loop.schedule(at: moment) { [weak self] in
            self?.assumeIsolated { watched in
                watched.retry = nil
                for name in watched.unwatched.keys.sorted() { watched.add(name, to: watch) }
            }
        }
    }

    private static func number(_ name: String) -> UInt32? {
        name.hasPrefix(prefix) ? UInt32(name.dropFirst(prefix.count)) : nil
    }

    // MARK: One node

    private func takeNode(_ event: DirectoryWatch.Event) {
        guard let node = nodes[event.watch] else { return }
        // A node that was removed while it is open still tells its last close.
        if event.changes.contains(.opened) {
            nodes[event.watch]?.isOpen = true
            keeper.announce(.opened(number: node.number))
        }
        // Before Linux 6.11 any O_PATH descriptor, such as udev's, ends like one for reading, so that the end of one says
        // nothing. Once the node has been removed none comes any more, and the removal may wait for a reader.
        if event.changes.contains(.closedAfterWriting)
            || node.isRemoved && event.changes.contains(.closedWithoutWriting)
        {
            nodes[event.watch]?.isOpen = false
            keeper.announce(.closed(number: node.number))
        }
        if event.changes.contains(.watchEnded) {
            nodes[event.watch] = nil
            keeper.status.endRemoval(of: node.number)
        }
        // Netlink can be asked again.
        if updatePending() { keeper.announce(.inventory) }
    }

    /// Notes which removals wait.
    ///
    /// - Returns: true when one does not wait any more.
    private func updatePending() -> Bool {
        let before = keeper.status.pendingRemovals
        let now = Set(nodes.values.filter(\.isPending).map(\.number)).sorted()
        keeper.status.pendingRemovals = now
        return !Set(before).isSubset(of: now)
    }
}
