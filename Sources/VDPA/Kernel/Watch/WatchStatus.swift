import LinuxIO
import SystemPackage

/// What the watches of a host know of themselves. Written on the loop, read from any thread.
final class WatchStatus: Sendable {
    /// What is watched, each by itself.
    enum Source: Sendable, Hashable {
        /// Nodes that come and go.
        case nodes
        /// One node, by N: whether it is opened and closed.
        case node(UInt32)
        /// Devices and drivers of the vdpa bus.
        case bus
    }

    private struct State {
        var failures: [Source: Errno] = [:]
        var pendingRemovals: [UInt32] = []
        /// Numbers of nodes that vdpad itself has removed by unbinding their devices, or is about to.
        var ownRemovals: Set<UInt32> = []
    }

    private let state = Lock(State())

    /// A source tells nothing for now.
    func failed(_ source: Source, _ error: Errno) {
        state.withLock { $0.failures[source] = error }
    }

    /// A source tells what happens.
    ///
    /// - Returns: true when it did not before.
    @discardableResult
    func works(_ source: Source) -> Bool {
        state.withLock { $0.failures.removeValue(forKey: source) } != nil
    }

    /// Forgets single nodes, since they are looked for anew.
    func forgetNodes() {
        state.withLock { state in
            state.failures = state.failures.filter { $0.key == .nodes || $0.key == .bus }
            state.pendingRemovals = []
            state.ownRemovals = []
        }
    }

    /// What is not told now, and why, for people.
    var failures: [String] {
        state.withLock { $0.failures }.map { source, error in
            switch source {
            case .nodes: "nodes that come and go are not noticed: \(error)"
            case .node(let number): "opening and closing of vhost-vdpa-\(number) is not noticed: \(error)"
            case .bus: "changes of the vdpa bus are not noticed: \(error)"
            }
        }.sorted()
    }

    /// Notes that vdpad itself is about to unbind a device: the driver's removal waits then, but holds no lock of netlink.
    func beginRemoval(of number: UInt32) {
        state.withLock { _ = $0.ownRemovals.insert(number) }
    }

    /// Notes that the node was not removed, or that nothing more is told of it.
    func endRemoval(of number: UInt32) {
        state.withLock { _ = $0.ownRemovals.remove(number) }
    }

    /// The numbers of nodes that were removed, by somebody else, and may still be open.
    var pendingRemovals: [UInt32] {
        get { state.withLock { state in state.pendingRemovals.filter { !state.ownRemovals.contains($0) } } }
        set { state.withLock { $0.pendingRemovals = newValue } }
    }
}
