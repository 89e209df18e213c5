import HostSuite
import Testing

extension KernelTier {
    @Suite("The host suite against the kernel") struct KernelHostSuiteTests {
        @Test(arguments: HostSuite.cases)
        func holds(_ hostCase: HostCase) async throws {
            try await withKernelFixture { fixture in try await hostCase.run(against: fixture) }
        }
    }
}
