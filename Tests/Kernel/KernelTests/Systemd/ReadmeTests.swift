import Testing

extension SystemdTier {
    /// The README's commands.
    @Suite struct ReadmeTests {
        /// From what `make build` has built, and from the package, which is there afterwards.
        @Test func whatTheReadmeSaysInstallsAServiceThatAnswers() async throws {
            try await Guest.loadSimulators(SimulatorParameters())
            try await Guest.run("Tests/check-install", try #require(Guest.environment["VDPAD_DEB"]))
        }
    }
}
