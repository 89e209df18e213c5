import ControlAPI
import Foundation
import JSON
import LinuxIO
import Logging
import SystemPackage
import Testing

@testable import DaemonCore

@Suite("The audit file", .timeLimit(.minutes(5)))
struct AuditFileTests {
    private static func withDirectory(
        _ body: @escaping @Sendable (String, EventLoop) async throws -> Void
    ) async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/vdpad-audit-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let loop = try EventLoop()
        try DetachedThread.start { loop.run() }
        defer { loop.stop() }
        try await Task(executorPreference: loop) { try await body(directory, loop) }.value
    }

    private static func lines(_ path: String) throws -> [String] {
        try Files.readText(path).split(separator: "\n").map { String($0) }
    }

    @Test func whatIsNoRegularFileIsRefusedWithoutWaiting() async throws {
        try await Self.withDirectory { directory, loop in
            let fifo = directory + "/fifo"
            #expect(unsafe mkfifo(fifo, 0o600) == 0)
            for (path, expected) in [
                (fifo, "\(fifo) cannot be opened: ENXIO"), ("/dev/null", "/dev/null is no regular file"),
                (directory, "\(directory) cannot be opened: EISDIR"),
                (directory + "/a/b", "\(directory)/a/b cannot be opened: ENOENT"),
            ] {
                let error = await #expect(throws: AuditFile.Failure.self) {
                    _ = try await AuditFile.open(path, until: .distantFuture, on: loop) { _, _ in }
                }
                #expect("\(try #require(error))".hasPrefix(expected), "\(expected)")
            }
            // Nor with somebody who reads: it may stop reading.
            let reader = try FileDescriptor.open(FilePath(fifo), .readOnly, options: .nonBlocking)
            let error = await #expect(throws: AuditFile.Failure.self) {
                _ = try await AuditFile.open(fifo, until: .distantFuture, on: loop) { _, _ in }
            }
            #expect("\(try #require(error))" == "\(fifo) is no regular file")
            try reader.close()
        }
    }

    @Test func whatAHangingDiskDoesNotTakeIsCounted() async throws {
        try await Self.withDirectory { directory, loop in
            let path = directory + "/audit"
            let lost = Lock<[UInt64]>([])
            let executor = ThreadExecutor()
            let file = AuditFile(SharedDescriptor(try Files.openToAppend(path, mode: 0o600)), on: executor) {
                count, errno in
                #expect(errno == nil)
                lost.withLock { $0.append(count) }
            }
            let isHanging = Gate<Void>()
            let goesOn = DispatchSemaphore(value: 0)
            executor.run {
                isHanging.resolve(())
                goesOn.wait()
            }
            _ = await isHanging.wait(until: .distantFuture, on: loop)
            for number in 0..<AuditFile.maximumWaiting + 5 { file.add(Array("\(number)\n".utf8)) }
            #expect(lost.withLock { $0 } == [1])
            #expect(await !file.finish(until: .now, on: loop))
            goesOn.signal()
            #expect(await file.finish(until: .distantFuture, on: loop))
            #expect(lost.withLock { $0 } == [1, 4])
            #expect(try Self.lines(path) == (0..<AuditFile.maximumWaiting).map { "\($0)" })
            file.close()
        }
    }

    @Test func refusalsThatWereLeftOutAreOnRecordAtTheEnd() async throws {
        try await Self.withDirectory { directory, loop in
            let path = directory + "/audit"
            let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let audit = try await AuditLog(file: path, journal: nil, on: loop, log: log)
            for _ in 0..<RefusalBudget.maximum + 7 { audit.add(RefusalBudgetTests.refusal(5)) }
            #expect(await audit.finish(until: .distantFuture))
            let records = try Self.lines(path).map { try JSONParser.parse(Array($0.utf8).span) }
            #expect(records.count == RefusalBudget.maximum + 1)
            #expect(records.last?["omitted"] == 6 && records.last?["uid"] == 5)
        }
    }
}
