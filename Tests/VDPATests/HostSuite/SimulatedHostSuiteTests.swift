import HostSuite
import Testing

@Suite("The host suite against the simulated host", .timeLimit(.minutes(5)))
struct SimulatedHostSuiteTests {
    @Test(arguments: HostSuite.cases)
    func holds(_ hostCase: HostCase) async throws {
        try await withSimulatedHost { fixture in try await hostCase.run(against: fixture) }
    }
}
