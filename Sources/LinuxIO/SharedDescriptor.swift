import CLinux
public import SystemPackage

/// An open descriptor with several holders, closed when the last reference goes: one that was received or will be passed.
public final class SharedDescriptor: Sendable {
    /// The number, for a system call made while this object lives.
    package let rawValue: CInt
    private let successor = Lock<(@Sendable (consuming OwnedDescriptor) -> Void)?>(nil)

    /// Takes over `descriptor`.
    public init(_ descriptor: consuming OwnedDescriptor) {
        rawValue = descriptor.take()
    }

    deinit {
        let descriptor = OwnedDescriptor(rawValue)
        if let successor = successor.withLock({ $0 }) { successor(descriptor) }
    }

    /// Has `successor` take the descriptor over when the last reference goes, on the thread where it goes; it is not
    /// closed then. The first call counts.
    package func whenReleased(_ successor: @escaping @Sendable (consuming OwnedDescriptor) -> Void) {
        self.successor.withLock { known in
            if known == nil { known = successor }
        }
    }

    /// A copy that a program started with `ProgramReplacement` inherits; its number is no standard descriptor's.
    ///
    /// - Throws: `Errno` of fcntl(2).
    public func inheritableCopy() throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try kernelCall("fcntl") { clinux_duplicate_inheritable(rawValue) })
    }

    /// Lends the descriptor.
    ///
    /// - Throws: what `body` throws.
    public func withDescriptor<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing OwnedDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let lent = OwnedDescriptor(rawValue)
        do throws(Failure) {
            let result = try body(lent)
            _ = lent.take()
            return result
        } catch {
            _ = lent.take()
            throw error
        }
    }
}
