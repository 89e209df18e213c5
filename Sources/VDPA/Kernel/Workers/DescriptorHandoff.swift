import LinuxIO

/// A descriptor on its way to a worker. Where it is the only reference, its holder decides when it is closed.
final class DescriptorHandoff: Sendable {
    private let descriptor: Lock<SharedDescriptor?>

    /// Holds a descriptor until it is released.
    init(_ descriptor: SharedDescriptor) {
        self.descriptor = Lock(descriptor)
    }

    /// The descriptor, to be sent; empty once it was released.
    var toSend: [SharedDescriptor] {
        descriptor.withLock { descriptor in descriptor.map { [$0] } ?? [] }
    }

    /// Lets the descriptor go.
    func release() {
        descriptor.withLock { descriptor in descriptor = nil }
    }
}
