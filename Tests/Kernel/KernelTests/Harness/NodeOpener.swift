/// Processes that open and close a node over and over, while they are told to.
struct NodeOpener: Sendable {
    /// What became of the tries of a round.
    struct Tries: Decodable, Sendable {
        var opened = 0
        var busy = 0
        /// There was no node.
        var missing = 0
        var failed = 0
        /// Of one that failed.
        var errno: Int32 = 0
    }

    private struct Started: Decodable {
        let command: String
    }

    private let process: LineProcess

    /// Starts the processes, which do nothing yet.
    init(processes: Int) throws {
        process = try LineProcess(Guest.product("NodeOpener"), ["\(processes)"])
    }

    /// Returns when every process has tried to open the node.
    func start(_ node: String) async throws {
        try process.send("start \(node)")
        _ = try await process.nextAnswer(Started.self)
    }

    /// Returns when none of them opens it any more.
    func stop() async throws -> Tries {
        try process.send("stop")
        return try await process.nextAnswer(Tries.self)
    }
}
