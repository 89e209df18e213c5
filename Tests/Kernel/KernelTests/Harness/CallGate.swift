/// Holds whichever of some processes makes a call first, at the entry of the call or at its return.
struct CallGate: Sendable {
    enum Place: String, Sendable, CaseIterable {
        /// Nothing has been done.
        case entry
        /// It has been done, and nobody knows yet.
        case `return`
    }

    /// What is waited for.
    enum Call: Sendable {
        /// VHOST_VDPA_SUSPEND.
        case suspend
        /// A write to a file whose path ends like this.
        case write(String)
        /// A command of the vdpa family, by its number.
        case netlink(Int)

        fileprivate var argument: String {
            switch self {
            case .suspend: "suspend"
            case .write(let suffix): "write:\(suffix)"
            case .netlink(let number): "netlink:\(number)"
            }
        }
    }

    private struct Answer: Decodable {
        let held: Int32
    }

    private let process: LineProcess

    /// Returns when the processes are watched; they run on.
    static func start(
        at place: Place, of call: Call = .suspend, in processes: [Int32]
    ) async throws -> CallGate {
        let arguments = [place.rawValue, call.argument] + processes.map { "\($0)" }
        let process = try LineProcess(Guest.product("CallGate"), arguments)
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
