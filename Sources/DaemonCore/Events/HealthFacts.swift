import ControlAPI

/// What events tell of the daemon's health.
struct HealthFacts: Sendable, Hashable {
    private let problems: [HealthProblem]

    /// The problems that there are; for how long is left out, since that alone is no news.
    init(_ problems: [HealthProblem] = []) {
        self.problems = problems.map { problem in
            var problem = problem
            problem.sinceMs = nil
            return problem
        }
    }

    /// The events that lead from what was told to what is now. A problem that says something else now is raised again, and
    /// not told to be over.
    func events(since told: HealthFacts) -> [Event] {
        let new = problems.filter { !told.problems.contains($0) }
        let left = told.problems.filter { !problems.contains($0) }
        let over = left.filter { former in
            !new.contains { problem in problem.kind == former.kind && problem.device == former.device }
        }
        return over.map { Self.event($0, raised: false) } + new.map { Self.event($0, raised: true) }
    }

    private static func event(_ problem: HealthProblem, raised: Bool) -> Event {
        var event = Event(.healthChanged, device: problem.device)
        event.problem = problem
        event.raised = raised
        return event
    }
}
