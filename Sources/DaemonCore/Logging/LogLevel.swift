import LinuxIO
import Logging

/// The least that is logged, for all loggers of the daemon, so that a reload can change it.
final class LogLevel: Sendable {
    private let level: Lock<Logger.Level>

    init(_ level: Logger.Level) {
        self.level = Lock(level)
    }

    /// The level in force.
    var current: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
}
