public import LinuxIO

/// A descriptor on its way to another process. Where it is the only reference, its holder decides when it is closed, however
/// many know this object.
public final class DescriptorHandoff: Sendable {
    private let descriptor: Lock<SharedDescriptor?>

    /// Holds a descriptor until it is taken or released.
    init(_ descriptor: SharedDescriptor) {
        self.descriptor = Lock(descriptor)
    }

    /// The descriptor, which this object does not hold any more; nil once it was taken or released.
    public func take() -> SharedDescriptor? {
        descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
    }

    /// The descriptor, to be sent; empty once it was taken or released.
    var toSend: [SharedDescriptor] {
        descriptor.withLock { descriptor in descriptor.map { [$0] } ?? [] }
    }

    /// Lets the descriptor go.
    func release() {
        _ = take()
    }
}
