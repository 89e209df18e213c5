import Testing

@testable import DaemonCore

@Suite("Connections and open files")
struct DescriptorBudgetTests {
    @Test(arguments: [(480, 1_024, false), (481, 1_024, true), (1, 0, true), (65_536, .max, false)])
    func everyConnectionNeedsADescriptorBesideTheDaemonsOwn(connections: Int, openFiles: Int64, isExceeded: Bool) {
        let budget = DescriptorBudget(connections: connections, openFiles: openFiles)
        #expect(budget.isExceeded == isExceeded)
        #expect(budget.needed == 2 * Int64(connections) + 64)
    }
}
