import ControlAPI
import DeviceState
import Foundation
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@testable import DaemonCore

@Suite final class RecordStoreTests {
    private let directory: String
    private let store: RecordStore<RunRecord>

    init() throws {
        directory = "/tmp/vdpad-record-store-\(UInt64.random(in: .min ... .max))"
        store = try RecordStore<RunRecord>(stateDirectory: directory, folder: "devices")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func record(_ name: String, _ state: RunState = .suspended, boot: String = "boot") throws -> RunRecord {
        RunRecord(
            device: try DeviceName(name), runState: state, operation: "1-1", bootID: boot,
            holder: HolderReference(pid: 7, startTime: .max, descriptor: 3), keep: false,
            stop: CallTiming(call: "VHOST_VDPA_SUSPEND", enteredAtNs: 1, returnedAtNs: 5),
            assertedAt: "2026-01-01T00:00:00.000Z", configuration: HexadecimalBytes([0, 255]))
    }

    @Test("What is written is read again, every member of it")
    func roundTrip() throws {
        var owned = RunRecord(
            device: try DeviceName("net0"), runState: .suspending, operation: "1-2", bootID: "boot", isOwned: true,
            keep: true)
        owned.lease = LeaseRecord(kind: .hold, holdMs: 5, endsAtBootNs: .max, operation: "1-1")
        try store.write(record("blk0"))
        try store.write(owned)
        let found = try store.readAll(bootID: "boot")
        #expect(Set(found.records) == [try record("blk0"), owned])
        #expect(found.unreadable.isEmpty)
    }

    @Test("A later record replaces an earlier one, and none is left after its removal")
    func replaceAndRemove() throws {
        try store.write(record("blk0", .suspending))
        try store.write(record("blk0", .suspended))
        #expect(try store.readAll(bootID: "boot").records.map(\.runState) == [.suspended])
        try store.remove(DeviceName("blk0"))
        try store.remove(DeviceName("blk0"))
        #expect(try store.readAll(bootID: "boot").records.isEmpty)
    }

    @Test("A record of a former boot means nothing, since the devices have been reset")
    func formerBoot() throws {
        try store.write(record("blk0", boot: "former"))
        let found = try store.readAll(bootID: "boot")
        #expect(found.records.isEmpty)
        #expect(found.unreadable.isEmpty)
    }

    @Test(
        "A file that is no record is named and does not hide the others",
        arguments: [
            "", "{", "[]", #"{"device":"blk1"}"#,
            #"{"device":"other","runState":"suspended","operation":"1-1","bootId":"boot","owned":false,"keep":false}"#,
            #"{"device":"blk1","runState":"asleep","operation":"1-1","bootId":"boot","owned":false,"keep":false}"#,
        ])
    func damaged(text: String) throws {
        try store.write(record("blk0"))
        try Files.replace(store.directory + "/blk1.json", with: Array(text.utf8).span, mode: 0o600)
        let found = try store.readAll(bootID: "boot")
        #expect(found.records == [try record("blk0")])
        #expect(found.unreadable == ["\(store.directory)/blk1.json"])
    }

    /// Each call that a write makes, in order: what was done before it is all that a SIGKILL there leaves.
    static let calls = ["open", "write", "rename"]

    @Test("A write leaves the old record up to its last call", arguments: calls)
    func failedWrite(call: String) throws {
        try store.write(record("blk0", .suspending))
        let faults = InjectedFaults([call: [.ioError]])
        #expect(throws: Errno.ioError) {
            try InjectedFaults.$current.withValue(faults) { try store.write(record("blk0", .suspended)) }
        }
        #expect(faults.areUsedUp)
        let found = try store.readAll(bootID: "boot")
        #expect(found.records.map(\.runState) == [.suspending])
        #expect(found.unreadable.isEmpty)
    }

    @Test("A write that is cut short leaves the record before it")
    func interruptedWrite() throws {
        try store.write(record("blk0", .suspending))
        try Files.replace(store.directory + "/blk0.json.new", with: Array("{".utf8).span, mode: 0o600)
        #expect(try store.readAll(bootID: "boot").records.map(\.runState) == [.suspending])
    }
}
