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
        case file(path: String, SharedDescriptor)
        case standardError
    }

    private struct State {
        var destination: Destination
        var refusals = RefusalBudget()
    }

    private let journal: Journal?
    private let log: Logger
    private let state: Lock<State>

    /// - Parameters:
    ///   - file: an absolute path, or nil.
    ///   - journal: the journal, if standard error leads there.
    ///   - log: where it is said that a record cannot be written.
    /// - Throws: `Errno` of open(2).
    init(file: String?, journal: Journal?, log: Logger) throws(Errno) {
        self.journal = journal
        self.log = log
        state = Lock(State(destination: try Self.destination(file, journal)))
    }

    private static func destination(_ file: String?, _ journal: Journal?) throws(Errno) -> Destination {
        if let file { return .file(path: file, SharedDescriptor(try Files.openToAppend(file, mode: 0o600))) }
        return journal.map { .journal($0) } ?? .standardError
    }

    /// Opens the file, be it another one or the same one anew, since it may have been moved away.
    ///
    /// - Throws: `Errno` of open(2); records go where they went before then.
    func reopen(_ file: String?) throws(Errno) {
        let destination = try Self.destination(file, journal)
        state.withLock { $0.destination = destination }
    }

    /// Puts a call on record.
    func add(_ record: AuditRecord) {
        var record = record
        if record.outcome == .refused {
            let verdict = state.withLock { $0.refusals.take(record.uid, at: .now) }
            guard case .record(let omitted) = verdict else { return }
            if omitted > 0 { record.omitted = omitted }
        }
        let destination = state.withLock { $0.destination }
        do throws(Errno) {
            switch destination {
            case .journal(let journal): try journal.add(JournalEntry(record))
            case .file(_, let file):
                try file.withDescriptor { file throws(Errno) in try file.write(Self.line(record).span) }
            case .standardError: Console.error(String(decoding: Self.line(record), as: UTF8.self))
            }
        } catch {
            log.error(
                "an audit record could not be written",
                metadata: ["errno": "\(error.symbol)", "record": "\(record.sentence)"])
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
