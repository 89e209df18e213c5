import ControlAPI
import Testing
import Virtio

@testable import DaemonCore

@Suite struct OperationTableTests {
    private static let minutes: UInt64 = 60_000_000_000

    private static func entry(_ number: Int, endedAt: UInt64?, uid: UInt32 = 2) -> OperationTable.Entry {
        let operation = Operation(
            id: "test-\(number)", kind: "device.suspend", devices: [], startedAt: "", startedAtNs: UInt64(number),
            peer: OperationPeer(pid: 1, uid: uid, gid: 3), idempotencyKey: "key \(number)")
        var record = OperationRecord(operation: operation, fingerprint: "", bootID: "boot")
        record.endedAtBootNs = endedAt
        return OperationTable.Entry(record: record)
    }

    private static func table(_ ends: [UInt64?], size: Int = 1) -> OperationTable {
        var table = OperationTable()
        for (number, end) in ends.enumerated() {
            table.add(entry(number, endedAt: end))
            if end != nil { table.noteEnd(of: "test-\(number)", size: size) }
        }
        return table
    }

    @Test(arguments: [(10 * minutes - 1, []), (10 * minutes, ["test-0"]), (12 * minutes, ["test-0", "test-2"])])
    func whatEndedTenMinutesAgoIsForgotten(now: UInt64, expected: [String]) {
        var table = Self.table([0, nil, 2 * Self.minutes, 5 * Self.minutes])
        #expect(table.prune(at: now) == expected)
        #expect(table.entries.count == 4 - expected.count)
        #expect(table.order == ["test-0", "test-1", "test-2", "test-3"].filter { !expected.contains($0) })
        #expect(table.keys[OperationTable.Key(uid: 2, key: "key 0")] == (expected.isEmpty ? "test-0" : nil))
    }

    @Test func theOldestOfTooManyAreForgottenAndNoneThatIsUnderWay() {
        var table = Self.table([nil] + (1...OperationTable.maximumKept + 2).map { UInt64($0) })
        #expect(table.prune(at: 0) == ["test-1", "test-2"])
        #expect(table.entries["test-0"] != nil)
        #expect(table.prune(at: 0) == [])
    }

    /// Neither by many operations nor by large ones.
    @Test(arguments: [(1, OperationTable.maximumKept), (OperationTable.maximumKeptBytes / 8, 8)])
    func nobodyLosesOperationsToSomebodyElse(size: Int, fitting: Int) {
        var table = OperationTable()
        var number = 0
        func end(_ uid: UInt32) -> [String] {
            table.add(Self.entry(number, endedAt: 0, uid: uid))
            table.noteEnd(of: "test-\(number)", size: size)
            number += 1
            return table.prune(at: 0)
        }
        for uid: UInt32 in [2, 3] { #expect(end(uid) == []) }
        for _ in 2..<fitting { #expect(end(4) == []) }
        for step in 2..<2 * fitting { #expect(end(4) == ["test-\(step)"]) }
        #expect(table.keys[OperationTable.Key(uid: 2, key: "key 0")] == "test-0")
        #expect(table.keys[OperationTable.Key(uid: 3, key: "key 1")] == "test-1")
        #expect(table.prune(at: 10 * Self.minutes).count == fitting)
        #expect(table.entries.isEmpty)
    }

    @Test func theOldestOfThoseThatAreTooLargeTogetherAreForgotten() {
        var table = Self.table([nil] + (1...5).map { UInt64($0) }, size: OperationTable.maximumKeptBytes / 3)
        #expect(table.prune(at: 0) == ["test-1", "test-2"])
        #expect(table.prune(at: 0) == [])
        #expect(table.isAnyUnderWay)
    }

    @Test(arguments: [([], ["test-0"]), (["net0"], []), (["net0", "blk0"], [])])
    func whatALeaseIsRenewedByIsKeptAsLongAsThat(devices: [String], expected: [String]) throws {
        var table = Self.table([0, 20 * Self.minutes])
        let devices = try devices.map { try DeviceName($0) }
        for device in devices { table.noteLease("test-0", of: device) }
        #expect(table.prune(at: 20 * Self.minutes) == expected)
        for device in devices {
            #expect(table.entries["test-0"] != nil)
            #expect(table.prune(at: 21 * Self.minutes) == [])
            table.noteLease(device == devices.last ? "test-1" : nil, of: device)
        }
        #expect(table.prune(at: 21 * Self.minutes) == (devices.isEmpty ? [] : ["test-0"]))
        #expect(table.order == ["test-1"])
    }
}
