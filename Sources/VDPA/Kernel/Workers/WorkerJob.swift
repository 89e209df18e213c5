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
    /// Called once.
    let finish: @Sendable (Result<HostReply, HostError>) -> Void

    /// What is asked, for people.
    var operation: String {
        switch request {
        case .inventory: "inventory"
        case .configuration: "configuration"
        case .holders: "holders"
        case .perform(let procedure, _, _): procedure.kind
        }
    }
}

/// A descriptor that is given away once.
///
/// The daemon lets go of it as soon as it is sent: the last close of a device resets it, which can block, and is the
/// worker's to make.
final class DescriptorHandoff: Sendable {
    private let descriptor: Lock<SharedDescriptor?>

    /// Holds a descriptor until it is taken.
    init(_ descriptor: SharedDescriptor) {
        self.descriptor = Lock(descriptor)
    }

    /// The descriptor, the first time.
    func take() -> SharedDescriptor? {
        descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
    }
}
