import ControlAPI
import Testing

@testable import DaemonCore

@Suite struct HandlerTableTests {
    @Test("Every method of the contract has a handler, and no other name has one")
    func complete() {
        #expect(Set(Daemon.handlers().keys) == Set(ControlMethods.all.map { $0.name }))
    }
}
