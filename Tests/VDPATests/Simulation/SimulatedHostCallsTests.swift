import LinuxIO
import Testing
import Virtio

@testable import VDPA

@Suite("The calls of a daemon to the simulated host")
struct SimulatedHostCallsTests {
    let device: DeviceName

    init() throws {
        device = try DeviceName("blk0")
    }

    private func call(
        _ id: UInt64, _ lane: SimulatedHostCalls.Lane, at milliseconds: UInt64 = 0
    ) -> SimulatedHostCalls.Call {
        SimulatedHostCalls.Call(
            id: id, lane: lane, operation: "call \(id)", since: Self.instant(milliseconds),
            line: SimulatedHostLine(SimulatedHostMessage(id: id, .request(.inventory, passed: nil)))
        ) { _ in }
    }

    private static func instant(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
    }

    private func outcome(_ admission: SimulatedHostCalls.Admission) -> String {
        switch admission {
        case .send: "send"
        case .wait: "wait"
        case .refuse(let error): error.code.rawValue
        }
    }

    @Test func proceduresOfADeviceAreSentOneAfterAnother() throws {
        var calls = SimulatedHostCalls()
        let other = try DeviceName("net0")
        let admissions = [
            calls.admit(call(1, .device(device))), calls.admit(call(2, .device(device))),
            calls.admit(call(3, .device(device))), calls.admit(call(4, .device(other))), calls.admit(call(5, .scan)),
            calls.admit(call(6, .scan)), calls.admit(call(7, .unordered)),
        ]
        #expect(admissions.map(outcome) == ["send", "wait", "wait", "send", "send", "send", "send"])
        let first = calls.finish(1, now: Self.instant(1))
        #expect(first.answered?.id == 1)
        #expect(first.next?.id == 2)
        #expect(calls.finish(2, now: Self.instant(2)).next?.id == 3)
        #expect(calls.finish(3, now: Self.instant(3)).next == nil)
        // An answer to nothing is nothing.
        #expect(calls.finish(3, now: Self.instant(3)).answered == nil)
    }

    @Test func aGivenUpProcedureBlocksItsDeviceUntilItReturns() {
        var calls = SimulatedHostCalls()
        _ = calls.admit(call(1, .device(device)))
        _ = calls.admit(call(2, .device(device)))
        #expect(calls.abandon(device)?.refused.map(\.id) == [2])
        #expect(calls.abandon(device) == nil)
        #expect(outcome(calls.admit(call(3, .device(device)))) == "blocked")
        #expect(calls.stuckCalls(now: Self.instant(0), worker: 9).map(\.operation) == ["call 1"])
        #expect(calls.finish(1, now: Self.instant(1)).answered?.id == 1)
        #expect(outcome(calls.admit(call(4, .device(device)))) == "send")
        // What was refused is not refused again.
        #expect(calls.lose(HostError(.workerLost, "gone")).map(\.id) == [4])
    }

    @Test(arguments: [SimulatedHostCalls.Lane.netlink, .scan])
    func aCallThatDoesNotReturnForLongBlocksItsKind(lane: SimulatedHostCalls.Lane) {
        var calls = SimulatedHostCalls()
        _ = calls.admit(call(1, lane))
        #expect(outcome(calls.admit(call(2, lane, at: 5_000))) == "send")
        #expect(outcome(calls.admit(call(3, lane, at: 5_001))) == "blocked")
        #expect(outcome(calls.admit(call(4, .unordered, at: 5_001))) == "send")
        #expect(outcome(calls.admit(call(5, .device(device), at: 5_001))) == "send")
        #expect(calls.stuckCalls(now: Self.instant(5_001), worker: 9).map(\.operation) == ["call 1"])
        _ = calls.finish(1, now: Self.instant(5_002))
        _ = calls.finish(2, now: Self.instant(5_002))
        #expect(outcome(calls.admit(call(6, lane, at: 5_003))) == "send")
    }

    @Test func afterTheLossEverythingIsRefused() {
        var calls = SimulatedHostCalls()
        _ = calls.admit(call(1, .device(device)))
        _ = calls.admit(call(2, .device(device)))
        _ = calls.admit(call(3, .scan))
        let error = HostError(.workerLost, "gone")
        #expect(Set(calls.lose(error).map(\.id)) == [1, 2, 3])
        #expect(calls.lose(error).isEmpty)
        #expect(outcome(calls.admit(call(4, .unordered))) == "workerLost")
        #expect(calls.stuckCalls(now: Self.instant(9_000), worker: 9).isEmpty)
    }
}
