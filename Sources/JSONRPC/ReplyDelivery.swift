internal import LinuxIO

/// Follows the descriptors of a reply to the client.
///
/// The connection says when the client has read them. A reply that is given up before that, wherever it was, is lost.
public final class ReplyDelivery: Sendable {
    private let lost: Lock<(@Sendable () -> Void)?>

    /// - Parameter lost: Called once, on the loop, if the client has not read the reply and will not.
    public init(lost: @escaping @Sendable () -> Void) {
        self.lost = Lock(lost)
    }

    /// Notes that the client has read the reply.
    func succeed() {
        lost.withLock { $0 = nil }
    }

    deinit {
        lost.withLock { $0 }?()
    }
}
