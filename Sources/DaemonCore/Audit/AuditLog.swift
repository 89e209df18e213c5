import JSON
import LinuxIO
import Logging
import SystemPackage

/// Where it is put on record who has changed something, and who was refused.
///
/// A file if the configuration names one; else the journal if standard error leads there, else standard error. Records are
/// JSON there, one on a line.
final class AuditLog: Sendable {
    private enum Destination: Sendable {
        case journal(Journal)
        case file(AuditFile)
        case standardError
    }

    private struct State {
        var destination: Destination
        var refusals = RefusalBudget()
        /// Puts on record what was left out, at the end of the interval.
        var timer: TimerToken?
    }

    private let journal: Journal?
    private let loop: EventLoop
    private let log: Logger
    private let state: Lock<State>

    /// A log without a file.
    init(journal: Journal?, on loop: EventLoop, log: Logger) {
        self.journal = journal
        self.loop = loop
        self.log = log
        state = Lock(State(destination: Self.destination(journal)))
    }

    /// - Parameters:
    ///   - file: an absolute path, or nil.
    ///   - deadline: how long the file's disk may take.
    ///   - journal: the journal, if standard error leads there.
    ///   - loop: where records are made.
    ///   - log: where it is said that a record cannot be written.
    /// - Throws: `AuditFile.Failure`.
    init(
        file: String?, until deadline: MonotonicInstant = .distantFuture, journal: Journal?, on loop: EventLoop,
        log: Logger
    ) async throws(AuditFile.Failure) {
        self.journal = journal
        self.loop = loop
        self.log = log
        state = Lock(State(destination: try await Self.destination(file, deadline, journal, loop, log)))
    }

    private static func destination(_ journal: Journal?) -> Destination {
        journal.map { .journal($0) } ?? .standardError
    }

    private static func destination(
        _ file: String?, _ deadline: MonotonicInstant, _ journal: Journal?, _ loop: EventLoop, _ log: Logger
    ) async throws(AuditFile.Failure) -> Destination {
        guard let file else { return destination(journal) }
        return .file(
            try await AuditFile.open(file, until: deadline, on: loop) { count, errno in
                log.error(
                    "audit records could not be written",
                    metadata: [
                        "file": "\(file)", "records": "\(count)",
                        "errno": "\(errno?.symbol ?? "none: the file does not take them fast enough")",
                    ])
            })
    }

    /// Opens the file, be it another one or the same one anew, since it may have been moved away.
    ///
    /// - Throws: `AuditFile.Failure`; records go where they went before then.
    func reopen(_ file: String?) async throws(AuditFile.Failure) {
        let destination = try await Self.destination(file, .distantFuture, journal, loop, log)
        let former = state.withLock { state in
            defer { state.destination = destination }
            return state.destination
        }
        if case .file(let former) = former { former.close() }
    }

    /// Puts a call on record. On the loop.
    func add(_ record: AuditRecord) {
        guard record.outcome == .refused else { return write(record) }
        for record in state.withLock({ $0.refusals.take(record, at: .now) }) { write(record) }
        scheduleSettling()
    }

    /// Sees to it that what was left out goes on record although nobody is refused any more.
    private func scheduleSettling() {
        state.withLock { state in
            guard state.timer == nil, let end = state.refusals.nextEnd else { return }
            state.timer = loop.schedule(at: end) { [weak self] in self?.settle(at: .now) }
        }
    }

    private func settle(at now: MonotonicInstant) {
        let records = state.withLock { state in
            state.timer = nil
            return state.refusals.settle(at: now)
        }
        for record in records { write(record) }
        scheduleSettling()
    }

    /// Puts on record what was left out, and returns when everything is written, or at the deadline.
    ///
    /// - Returns: false at the deadline.
    func finish(until deadline: MonotonicInstant) async -> Bool {
        let (timer, destination) = state.withLock { state in (state.timer, state.destination) }
        if let timer { loop.cancel(timer) }
        settle(at: .distantFuture)
        guard case .file(let file) = destination else { return true }
        return await file.finish(until: deadline, on: loop)
    }

    private func write(_ record: AuditRecord) {
        switch state.withLock({ $0.destination }) {
        case .journal(let journal):
            do throws(Errno) {
                try journal.add(JournalEntry(record))
            } catch {
                log.error(
                    "an audit record could not be written",
                    metadata: ["errno": "\(error.symbol)", "record": "\(record.sentence)"])
            }
        case .file(let file): file.add(Self.line(record))
        case .standardError: Console.error(String(decoding: Self.line(record), as: UTF8.self))
        }
    }

    private static func line(_ record: AuditRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("time", Timestamp.now.text)
        for (name, value) in record.members { writer.member(name, value) }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }
}

extension JournalEntry {
    /// `journalctl MESSAGE_ID=` finds all records by it.
    private static let messageID = "6f2f1d4c2f6b4b7f9f0e3b5a8d1c7e24"

    /// A record as an entry of the journal.
    init(_ record: AuditRecord) {
        self.init(record.sentence, record.outcome == .refused ? .warning : .notice, identifier: "vdpad")
        add("MESSAGE_ID", Self.messageID)
        for (name, value) in record.members {
            let field = JournalField.name(name)
            switch value {
            case .array(let elements):
                // A field may have several values.
                for case .string(let text) in elements { add(field, text) }
            case .string(let text): add(field, text)
            default: add(field, value.jsonText())
            }
        }
    }
}
