/// How a worker process is started. Tests put a program of their own here.
public struct WorkerCommand: Sendable, Hashable {
    /// The executable's path.
    public var executable: String
    /// What stands before the role.
    public var arguments: [String]

    /// The daemon's own binary, started again with its hidden subcommand.
    ///
    /// - Parameters:
    ///   - executable: its path; by default the running file, also when another has replaced it.
    ///   - arguments: what stands before the role.
    public init(executable: String = "/proc/self/exe", arguments: [String] = [HostWorker.subcommand]) {
        self.executable = executable
        self.arguments = arguments
    }
}
