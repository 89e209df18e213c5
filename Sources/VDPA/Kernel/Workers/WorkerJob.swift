import LinuxIO
import Virtio

/// A request on its way through a worker.
struct WorkerJob: Sendable {
    /// Unique in the pool.
    let id: UInt64
    /// Which workers may take it.
    let role: HostWorker.Role
    /// What is asked.
    let request: HostRequest
    /// What goes along.
    let descriptor: DescriptorHandoff?
    /// When a worker got it, or when it came to wait for one.
    var since: MonotonicInstant
    /// Whether a worker was lost before that had it.
    var isRepeated = false
    /// Called once.
    let finish: @Sendable (Result<HostReply, HostError>) -> Void

    /// What is asked, for people.
    var operation: String {
        switch request {
        case .inventory, .sysfsInventory: "inventory"
        case .configuration: "configuration"
        case .holders: "holders"
        case .perform(let procedure, _, _): procedure.kind
        case .discard, .release: "close"
        }
    }
}
