import LinuxIO
import Logging

/// Logs to the journal with the level as priority and the metadata as fields, or to standard error where that is no journal.
struct DaemonLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    private let level: LogLevel
    private let journal: Journal?
    private let standardError: StreamLogHandler

    init(label: String, level: LogLevel, journal: Journal?) {
        self.level = level
        self.journal = journal
        standardError = .standardError(label: label)
    }

    /// The level of all loggers of the daemon.
    var logLevel: Logger.Level {
        get { level.current }
        set { level.current = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if let journal, (try? journal.add(entry(event))) != nil { return }
        var event = event
        event.metadata = fields(event)
        standardError.log(event: event)
    }

    private func fields(_ event: LogEvent) -> Logger.Metadata {
        metadata.merging(event.metadata ?? [:]) { _, own in own }
    }

    private func entry(_ event: LogEvent) -> JournalEntry {
        let fields = fields(event).sorted { $0.key < $1.key }
        let text = ["\(event.message)"] + fields.map { "\($0.key)=\($0.value)" }
        var entry = JournalEntry(text.joined(separator: " "), event.level.priority, identifier: "vdpad")
        for (name, value) in fields { entry.add(JournalField.name(name), "\(value)") }
        return entry
    }
}

extension Logger.Level {
    /// The journal's name for it.
    fileprivate var priority: JournalEntry.Priority {
        switch self {
        case .trace, .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
