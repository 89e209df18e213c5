/// An open descriptor with several holders, closed when the last reference goes: one that was received or will be passed.
public final class SharedDescriptor: Sendable {
    private let descriptor: OwnedDescriptor

    /// Takes over `descriptor`.
    public init(_ descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    /// The number, for a system call made while this object lives.
    package var rawValue: CInt { descriptor.rawValue }

    /// Lends the descriptor.
    ///
    /// - Throws: what `body` throws.
    public func withDescriptor<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing OwnedDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(descriptor)
    }
}
