import LinuxIO

/// Gives an id to each operation that outlives the reply of its request.
final class OperationNumbers: Sendable {
    private let instance: String
    private let last = Lock<UInt64>(0)

    /// Ids of one run of the daemon.
    init(instance: String) {
        self.instance = instance
    }

    /// An id that no other operation has, in this run or in another.
    func next() -> String {
        let number = last.withLock { last in
            last += 1
            return last
        }
        return "\(instance)-\(number)"
    }
}
