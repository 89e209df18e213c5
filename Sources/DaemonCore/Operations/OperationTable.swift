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

    /// How long an operation is kept that has ended, in nanoseconds.
    static let keptNanoseconds: UInt64 = 600_000_000_000
    /// How many are kept that have ended.
    static let maximumKept = 1_024
    /// How many bytes the records of those have together: a reply may have 8 MiB.
    static let maximumKeptBytes = 32 << 20

    var entries: [String: Entry] = [:]
    /// Ids in the order of their beginning.
    private(set) var order: [String] = []
    /// Ids in the order of their end.
    private(set) var ended: [String] = []
    /// How many bytes the records of these have.
    private var endedBytes = 0
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
        endedBytes += entries[former]?.size ?? 0
    }

    /// Notes that an operation has ended, after all others, and how many bytes its record has.
    mutating func noteEnd(of id: String, size: Int) {
        guard let index = entries.index(forKey: id) else { return }
        entries.values[index].size = size
        ended.append(id)
        endedBytes += size
    }

    /// Forgets what ended long ago, and the oldest of too many, but nothing that a lease is renewed by.
    ///
    /// - Parameter now: CLOCK_BOOTTIME, in nanoseconds.
    /// - Returns: what was forgotten.
    mutating func prune(at now: UInt64) -> [String] {
        var forgotten: [String] = []
        while let first = ended.first {
            let endedAt = entries[first]?.record.endedAtBootNs ?? now
            let isOneTooMany = ended.count > Self.maximumKept || endedBytes > Self.maximumKeptBytes
            guard isOneTooMany || now - min(endedAt, now) >= Self.keptNanoseconds else { break }
            ended.removeFirst()
            endedBytes -= entries[first]?.size ?? 0
            guard !leases.values.contains(first) else {
                leased.insert(first)
                continue
            }
            if let operation = entries.removeValue(forKey: first)?.record.operation, let key = Key(operation) {
                keys[key] = nil
            }
            if let index = order.firstIndex(of: first) { order.remove(at: index) }
            forgotten.append(first)
        }
        return forgotten
    }
}

extension OperationTable.Key {
    /// What an operation was named; nil without a name.
    init?(_ operation: Operation) {
        guard let key = operation.idempotencyKey else { return nil }
        self.init(uid: operation.peer.uid, key: key)
    }
}
