internal import ControlAPI

extension Event {
    /// The event on one line: when, what, where, and what else there is to say.
    var line: String {
        let place = device.map { ["\($0)"] } ?? devices.map { [$0.map { "\($0)" }.joined(separator: ",")] } ?? []
        return ([at, kind.rawValue] + place + details).joined(separator: "  ")
    }

    private var details: [String] {
        let state = runState.map { state in former.map { "\(state.rawValue) (was \($0.rawValue))" } ?? state.rawValue }
        let health = problem.map { problem in
            "\(raised == false ? "over: " : "")\(problem.kind.rawValue): \(problem.message)"
        }
        let texts = [
            operation, method, phase, outcome, driver, node, state, status?.text, holder?.text,
            expiresInMs.map { "in \($0) ms" }, health, reason, overflow,
        ]
        return texts.compactMap(\.self)
    }

    private var overflow: String? {
        guard kind == .overflow else { return nil }
        return lost.map { "\($0) events were lost" } ?? "events were lost: the daemon was restarted"
    }
}
