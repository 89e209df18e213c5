/// Holds whichever of some processes enters VHOST_VDPA_SUSPEND first, at the entry of the call or at its return.
struct CallGate: Sendable {
    enum Place: String, Sendable, CaseIterable {
        /// Nothing has been done to the device.
        case entry
        /// The device has stopped, and nobody knows yet.
        case `return`
    }

    private struct Answer: Decodable {
        let held: Int32
    }

    private let process: LineProcess

    /// Returns when the processes are watched; they run on.
    static func start(at place: Place, in processes: [Int32]) async throws -> CallGate {
        let process = try LineProcess(Guest.product("CallGate"), [place.rawValue] + processes.map { "\($0)" })
        _ = try await process.nextAnswer(Answer.self)
        return CallGate(process: process)
    }

    /// Waits until one of the processes is held there, and returns which.
    func waitForArrival() async throws -> Int32 {
        try await process.nextAnswer(Answer.self).held
    }

    /// Lets everything go on.
    func open() async throws {
        try process.send("open")
        await process.wait()
    }
}
