import ControlAPI
import Foundation
import JSON
import LinuxIO
import Logging
import Testing
import Virtio

@testable import DaemonCore

/// What is on disk of operations, for a daemon that starts after a crash at any moment.
@Suite struct OperationsTests {
    private static let request = Operations.Request(
        kind: "device.suspend", peer: OperationPeer(pid: 1, uid: 2, gid: 3), key: nil, fingerprint: "")

    /// Runs a body on a loop, with what makes the operations of one daemon after another.
    private static func withDaemons(
        _ body: @escaping @Sendable (_ next: (_ number: Int) throws -> Operations, _ device: DeviceName) throws -> Void
    ) throws {
        let directory = "/tmp/vdpad-operations-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let loop = try EventLoop()
        let failure = Lock<(any Error)?>(nil)
        Task.detached(executorPreference: loop) {
            do {
                let device = try DeviceName("net0")
                try body(
                    { number in
                        let store = try RecordStore<OperationRecord>(stateDirectory: directory, folder: "operations")
                        let operations = Operations(
                            instance: "run\(number)", bootID: "boot", store: store, events: Events(on: loop),
                            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                        #expect(try operations.takeOver() == [])
                        return operations
                    }, device)
            } catch {
                failure.withLock { $0 = error }
            }
            loop.stop()
        }
        loop.run()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    @Test func whatIsInterruptedHasTheStepsThatItHadComeTo() throws {
        try Self.withDaemons { next, device in
            let first = try next(1)
            let id = first.begin(Self.request, on: [device])
            for step in ["begun", "stopping"] { first.note(step, of: id, device: device) }
            let before = try #require(first.operation(id))
            let second = try next(2)
            let after = try #require(second.operation(id))
            #expect(after.state == .interrupted)
            #expect(after.phases == before.phases)
            // What recovery does is a part of it, over one more crash too.
            second.note("resumed", of: id, device: device)
            #expect(try next(3).operation(id)?.phases?.map(\.name) == ["begun", "stopping", "resumed"])
        }
    }

    @Test func whatHasEndedKeepsItsStepsAndThoseThatFollow() throws {
        try Self.withDaemons { next, device in
            let first = try next(1)
            let id = first.begin(Self.request, on: [device])
            first.note("begun", of: id, device: device)
            first.answered(id, .success(JSONText("done")))
            first.note("leaseExpired", of: id, device: device)
            let before = try #require(first.operation(id))
            let after = try #require(try next(2).operation(id))
            #expect(after == before)
            #expect(after.phases?.map(\.name) == ["begun", "leaseExpired"])
        }
    }

    /// The journal is begun anew while operations are under way and when none is; nothing is lost by either.
    @Test(arguments: [true, false]) func aLongJournalIsBegunAnew(isUnderWay: Bool) throws {
        try Self.withDaemons { next, device in
            let first = try next(1)
            let id = first.begin(Self.request, on: [device])
            // More than either limit.
            for _ in 0..<50_000 { first.note("step", of: id, device: device) }
            if !isUnderWay { first.answered(id, .success(JSONText("done"))) }
            let before = try #require(first.operation(id))
            let after = try #require(try next(2).operation(id))
            #expect(after.phases == before.phases)
            #expect(after.state == (isUnderWay ? .interrupted : .succeeded))
        }
    }
}
