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
    let finish: @Sendable (Result<WorkerAnswer, HostError>) -> Void

    /// The device that it concerns, for health; nil for the whole host, and for the close of what a caller passed.
    var device: DeviceName? {
        switch request {
        case .provision(let step): step.device
        case .open(let node): node.device
        default: nil
        }
    }

    /// Whether its caller gives it up itself. What is not so counts as stuck after a fixed time.
    var isAttended: Bool {
        if case .perform = request { true } else { false }
    }

    /// What is asked, for people.
    var operation: String {
        switch request {
        case .inventory, .devices, .sysfsInventory: "inventory"
        case .configuration: "configuration"
        case .holders: "holders"
        case .perform(let procedure, _, _): procedure.kind
        case .provision(let step): step.operation
        case .statistics: "VDPA_CMD_DEV_VSTATS_GET"
        case .autoprobe: "drivers_autoprobe"
        case .open: "open"
        case .discard, .release: "close"
        }
    }
}
