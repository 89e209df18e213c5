import ControlAPI
import JSON
import LinuxIO
import Virtio

/// The operations that are known, and when they are forgotten.
struct OperationTable: Sendable {
    /// One operation.
    struct Entry: Sendable {
        var record: OperationRecord
        /// Whether steps of it are in the journal alone.
        var isInJournal = false
        /// How many bytes its record has since its end.
        var size = 0
        /// How many calls of it go on that nobody waits for.
        var leftCalls = 0
        /// What was answered.
        var answer: Result<JSONText, ControlError>?
        /// What came of it later.
        var late: Result<JSONText, ControlError>?
        let ended = Gate<Void>()
        let cancellation = Gate<Void>()

        init(record: OperationRecord) {
            self.record = record
        }
    }

    /// What a user has named an operation.
    struct Key: Sendable, Hashable {
        let uid: UInt32
        let key: String
    }

    private struct Share {
        var count = 0
        var bytes = 0
    }

    /// How long an operation is kept that has ended, in nanoseconds.
    static let keptNanoseconds: UInt64 = 600_000_000_000
    /// How many are kept that have ended.
    static let maximumKept = 1_024
    /// How many bytes the records of those have together.
    static let maximumKeptBytes = 32 << 20

    var entries: [String: Entry] = [:]
    /// Ids in the order of their beginning.
    private(set) var order: [String] = []
    /// Ids in the order of their end.
    private(set) var ended: [String] = []
    /// How many bytes the records of these have.
    private var endedBytes = 0
    /// How many of them each user has, and their bytes.
    private var shares: [UInt32: Share] = [:]
    private(set) var keys: [Key: String] = [:]
    /// The operations by whose leases devices are stopped.
    private var leases: [DeviceName: String] = [:]
    /// Those that would be forgotten but for a lease; they are not in `ended`.
    private var leased: Set<String> = []
    var lastNumber: UInt64 = 0

    /// Whether any operation has not ended.
    var isAnyUnderWay: Bool { entries.count > ended.count + leased.count }

    /// Adds an operation that begins after all others.
    mutating func add(_ entry: Entry) {
        let operation = entry.record.operation
        entries[operation.id] = entry
        order.append(operation.id)
        if let key = Key(operation) { keys[key] = operation.id }
    }

    /// Notes the operation whose lease a device has; nil for none.
    mutating func noteLease(_ operation: String?, of device: DeviceName) {
        let former = leases.removeValue(forKey: device)
        leases[device] = operation
        guard let former, leased.contains(former), !leases.values.contains(former) else { return }
        leased.remove(former)
        ended.insert(former, at: 0)
        count(former, 1)
    }

    /// Notes that an operation has ended, after all others, and how many bytes its record has.
    mutating func noteEnd(of id: String, size: Int) {
        guard let index = entries.index(forKey: id) else { return }
        entries.values[index].size = size
        ended.append(id)
        count(id, 1)
    }

    /// Forgets what ended long ago, and the oldest of too many, but nothing that a lease is renewed by.
    ///
    /// Of too many, the oldest of the user who has most: nobody loses results and idempotency keys to somebody who asks for
    /// more and more.
    ///
    /// - Parameter now: CLOCK_BOOTTIME, in nanoseconds.
    /// - Returns: what was forgotten.
    mutating func prune(at now: UInt64) -> [String] {
        var forgotten: [String] = []
        while let index = nextToForget(at: now) {
            let id = ended.remove(at: index)
            count(id, -1)
            guard !leases.values.contains(id) else {
                leased.insert(id)
                continue
            }
            if let operation = entries.removeValue(forKey: id)?.record.operation, let key = Key(operation) {
                keys[key] = nil
            }
            if let index = order.firstIndex(of: id) { order.remove(at: index) }
            forgotten.append(id)
        }
        return forgotten
    }

    private func nextToForget(at now: UInt64) -> Int? {
        guard let first = ended.first else { return nil }
        let endedAt = entries[first]?.record.endedAtBootNs ?? now
        if now - min(endedAt, now) >= Self.keptNanoseconds { return 0 }
        let isOneTooLarge = endedBytes > Self.maximumKeptBytes
        guard isOneTooLarge || ended.count > Self.maximumKept else { return nil }
        let most = shares.max { left, right in
            let (a, b) = (left.value, right.value)
            return isOneTooLarge
                ? (a.bytes, left.key) < (b.bytes, right.key) : (a.count, left.key) < (b.count, right.key)
        }
        return ended.firstIndex { entries[$0]?.record.operation.peer.uid == most?.key }
    }

    /// Counts an operation among those that have ended, or no more.
    private mutating func count(_ id: String, _ sign: Int) {
        guard let entry = entries[id] else { return }
        endedBytes += sign * entry.size
        let uid = entry.record.operation.peer.uid
        var share = shares[uid] ?? Share()
        share.count += sign
        share.bytes += sign * entry.size
        shares[uid] = share.count > 0 ? share : nil
    }
}

extension OperationTable.Key {
    /// What an operation was named; nil without a name.
    init?(_ operation: Operation) {
        guard let key = operation.idempotencyKey else { return nil }
        self.init(uid: operation.peer.uid, key: key)
    }
}
