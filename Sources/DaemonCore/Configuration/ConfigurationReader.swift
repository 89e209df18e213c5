import LinuxIO

/// Reads the configuration again while the daemon serves. The file is on a disk, and users and groups may be in a directory
/// service, so it is done on a thread of its own.
actor ConfigurationReader {
    private let executor = ThreadExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Reads a file; without one the configuration says nothing.
    func read(_ file: ConfigurationFile?) -> Result<Configuration, ConfigurationError> {
        Result { () throws(ConfigurationError) in try file?.read() ?? Configuration() }
    }
}
