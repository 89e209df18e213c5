import LinuxIO

/// Reads the configuration again while the daemon serves. The file is on a disk, and users and groups may be in a directory
/// service, so it is done on a thread of its own.
final class ConfigurationReader: Sendable {
    private let executor = ThreadExecutor()
    private let readings = Lock(0)

    /// Whether a reading has begun that has not returned.
    var isReading: Bool { readings.withLock { $0 > 0 } }

    /// Reads a file; without one the configuration says nothing.
    ///
    /// - Returns: nil when the task is cancelled before the reading returns, which then goes on.
    func read(_ file: ConfigurationFile?, on loop: EventLoop) async -> Result<Configuration, ConfigurationError>? {
        let result = Gate<Result<Configuration, ConfigurationError>>()
        readings.withLock { $0 += 1 }
        executor.run { [self] in
            let read = Result { () throws(ConfigurationError) in try file?.read() ?? Configuration() }
            readings.withLock { $0 -= 1 }
            result.resolve(read)
        }
        return await result.wait(until: .distantFuture, on: loop)
    }
}
