internal import LinuxIO
public import SystemPackage

/// A descriptor that the daemon has passed; closed when the last reference to this object goes.
public final class PassedDescriptor: Sendable {
    private let descriptor: SharedDescriptor

    init(_ descriptor: SharedDescriptor) {
        self.descriptor = descriptor
    }

    /// The descriptor, while this object lives. It is closed on execve(2).
    public var fileDescriptor: FileDescriptor { FileDescriptor(rawValue: descriptor.rawValue) }

    /// A descriptor that stays its caller's.
    static func lending(_ descriptor: FileDescriptor) -> SharedDescriptor {
        let lent = SharedDescriptor(OwnedDescriptor(descriptor.rawValue))
        lent.whenReleased { descriptor in _ = descriptor.take() }
        return lent
    }
}
