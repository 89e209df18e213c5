import ControlAPI
import Foundation
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import DaemonCore

@Suite final class OperationJournalTests {
    private let directory = "/tmp/vdpad-operation-journal-\(UInt64.random(in: .min ... .max))"
    private var path: String { directory + "/steps" }

    init() throws {
        try Files.createDirectory(directory, mode: 0o700)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func step(_ name: String, _ atNs: UInt64, device: String? = "net0") throws -> OperationPhase {
        OperationPhase(name: name, device: try device.map { try DeviceName($0) }, atNs: atNs)
    }

    @Test func theStepsOfEachOperationAreReadInTheirOrder() throws {
        let journal = OperationJournal(path: path)
        try journal.begin()
        try journal.append(Self.step("begun", 1), of: "a-1")
        try journal.append(Self.step("begun", .max, device: nil), of: "a-2")
        try journal.append(Self.step("stopping", 3), of: "a-1")
        let found = try OperationJournal(path: path).read()
        #expect(
            found == [
                "a-1": [try Self.step("begun", 1), try Self.step("stopping", 3)],
                "a-2": [try Self.step("begun", .max, device: nil)],
            ])
    }

    /// A SIGKILL may cut the last line anywhere.
    @Test func aPartOfALineIsNoStep() throws {
        let journal = OperationJournal(path: path)
        try journal.begin()
        try journal.append(Self.step("begun", 1), of: "a-1")
        let whole = journal.size
        try journal.append(Self.step("stopping", 2), of: "a-1")
        let text = try Files.read(path, limit: 1 << 16)
        for length in whole..<text.count - 1 {
            try Files.replace(path, with: text.span.extracting(0..<length), mode: 0o600)
            #expect(try OperationJournal(path: path).read() == ["a-1": [try Self.step("begun", 1)]])
        }
    }

    @Test func nothingIsLeftOfOneThatIsBegunAnew() throws {
        let journal = OperationJournal(path: path)
        #expect(try journal.read() == [:])
        #expect(throws: Errno.badFileDescriptor) { try journal.append(Self.step("begun", 1), of: "a-1") }
        try journal.begin()
        try journal.append(Self.step("begun", 1), of: "a-1")
        try journal.begin()
        #expect(journal.size == 0)
        #expect(try journal.read() == [:])
        try journal.append(Self.step("stopping", 2), of: "a-1")
        #expect(try journal.read() == ["a-1": [try Self.step("stopping", 2)]])
    }
}
