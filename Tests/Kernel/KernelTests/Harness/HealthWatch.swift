import ControlAPI

/// Asks the daemon for its health over and over, and keeps what was ever wrong.
struct HealthWatch: Sendable {
    private let task: Task<Set<HealthProblem>, any Error>

    /// Begins to ask.
    static func start(_ daemon: DaemonInGuest) async throws -> HealthWatch {
        let client = try daemon.connect()
        _ = try await client.health()
        return HealthWatch(
            task: Task {
                var problems: Set<HealthProblem> = []
                while !Task.isCancelled {
                    problems.formUnion(try await client.health().problems)
                    // The guest's processors are for what is watched.
                    try? await Task.sleep(for: .milliseconds(10))
                }
                return problems
            })
    }

    /// Ends the asking.
    func finish() async throws -> Set<HealthProblem> {
        task.cancel()
        return try await task.value
    }
}
