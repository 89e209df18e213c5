import Testing
import Virtio

@testable import VDPA

/// The last step of a restore, on a device that tells of its positions only then.
@Suite struct StartRestoredTests {
    private static let wanted = [
        QueuePosition(queue: 0, position: .split(availableIndex: 7)),
        QueuePosition(queue: 1, position: .split(availableIndex: 9)),
    ]

    @Test func positionsThatAreReadBackAreProved() throws {
        let file = UnsteadyFile()
        file.bases = [0: [7], 1: [9]]
        let report = try file.start(proving: Self.wanted)
        #expect(report.restored.map(\.field) == [.position(ofQueue: 0), .position(ofQueue: 1)])
        #expect(report.restored.allSatisfy { $0.outcome == .verified && $0.reason == nil })
    }

    @Test func anotherPositionIsAFailureOfItsField() {
        let file = UnsteadyFile()
        file.bases = [0: [7], 1: [0]]
        let error = #expect(throws: HostError.self) { try file.start(proving: Self.wanted) }
        #expect(error?.code == .verificationFailed)
        #expect(error?.field == .position(ofQueue: 1))
        #expect(error?.message == "9 was written and 0 was read back")
    }
}
