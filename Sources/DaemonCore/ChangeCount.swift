import LinuxIO

/// How often anything has changed of what lists and descriptions of devices are made of.
final class ChangeCount: Sendable {
    private let count = Lock<UInt64>(0)

    /// The count now: as long as it stays, what was made from the devices and the inventory is still right.
    var current: UInt64 { count.withLock { $0 } }

    /// Notes a change.
    func add() {
        count.withLock { $0 += 1 }
    }
}
