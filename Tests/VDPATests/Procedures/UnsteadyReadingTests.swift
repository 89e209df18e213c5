import Testing
import Virtio

@testable import VDPA

/// What changes between two readings of an export.
@Suite struct UnsteadyReadingTests {
    private func export(_ file: UnsteadyFile, assertStop: Bool = true) throws -> DeviceReport {
        try file.exportOwned(
            assertStop: assertStop, by: .ioctl, sizes: [256, 256], format: .split, addressSpaces: [0: 0])
    }

    /// A configuration that changes once, as one that is torn by a change looks, is read until it stands still.
    @Test func aTornConfigurationIsReadAgain() throws {
        let file = UnsteadyFile()
        file.configurations = [[1, 2, 3, 4], [1, 2, 9, 4], [1, 2, 9, 9]]
        #expect(try file.stableConfiguration(size: 4) == [1, 2, 9, 9])
    }

    @Test func aConfigurationThatNeverStandsStillIsNone() throws {
        let file = UnsteadyFile()
        file.configurations = (0..<64).map { [$0, 0, 0, 0] }
        #expect(try file.stableConfiguration(size: 4) == nil)
        #expect(try export(file).latest.configuration == nil)
    }

    @Test func aPositionThatMovesOnIsNoneAndTheOthersAre() throws {
        let file = UnsteadyFile()
        file.bases = [0: [7], 1: [7, 8]]
        let queues = try export(file).queues
        #expect(queues.map(\.position) == [.split(availableIndex: 7), nil])
        #expect(queues[1].positionFailure?.code == .verificationFailed)
        #expect(queues[1].positionFailure?.message == "it moved on from 7 to 8 between two readings")
    }

    @Test func aRunningDeviceThatCanBeSuspendedTellsNoPosition() throws {
        let file = UnsteadyFile()
        #expect(try export(file, assertStop: false).queues.allSatisfy { $0.position == nil })
        file.offered = []
        #expect(try export(file, assertStop: false).queues.allSatisfy { $0.position != nil })
    }
}
