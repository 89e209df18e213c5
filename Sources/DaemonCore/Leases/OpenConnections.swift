import LinuxIO

/// The connections whose clients are there: a lease of one that has gone is over, whenever it is found.
final class OpenConnections: Sendable {
    private let numbers = Lock<Set<UInt64>>([])

    /// Notes a client.
    func add(_ number: UInt64) {
        numbers.withLock { _ = $0.insert(number) }
    }

    /// Forgets a client that has gone.
    func remove(_ number: UInt64) {
        numbers.withLock { _ = $0.remove(number) }
    }

    /// Whether the client is there.
    func contains(_ number: UInt64) -> Bool {
        numbers.withLock { $0.contains(number) }
    }
}
