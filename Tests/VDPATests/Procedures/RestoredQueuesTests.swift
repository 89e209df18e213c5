import Testing
import Virtio

@testable import VDPA

/// Which queues of a state a device must have, and which it is given.
@Suite struct RestoredQueuesTests {
    private static func state(_ sizes: [UInt16], inUse: UInt32) -> RestoredState {
        RestoredState(
            deviceClass: .block, features: [.version1, .accessPlatform], configuration: [],
            queues: sizes.map { RingStart(size: $0, position: .initial(.split)) }, queuesInUse: inUse)
    }

    private static func target(queues: UInt32?, maximum: UInt16? = 256) -> RestoreTarget {
        RestoreTarget(deviceClass: .block, features: nil, queueCount: queues, maximumQueueSize: maximum)
    }

    /// Sizes, how many are in use, queues of the device, the field that does not fit, how many are given.
    static let cases: [([UInt16], UInt32, UInt32?, StateField?, Int)] = [
        ([256, 256, 256], 3, 3, nil, 3),
        ([256, 256, 256], 3, 5, nil, 3),
        ([256, 256, 256], 3, nil, nil, 3),
        ([256, 256, 256], 2, 2, nil, 2),
        ([256, 256, 256], 3, 2, .queueCount, 2),
        ([256, 256, 512], 2, 3, nil, 2),
        ([256, 512, 256], 1, 3, nil, 1),
        ([256, 512, 256], 2, 3, .size(ofQueue: 1), 3),
        ([256], 3, 1, .queueCount, 1),
    ]

    @Test(arguments: cases.indices) func whatIsInUseMustFitAndTheRestMayBeLeftOut(place: Int) {
        let (sizes, inUse, count, misfit, given) = Self.cases[place]
        let (state, target) = (Self.state(sizes, inUse: inUse), Self.target(queues: count))
        #expect(state.misfits(target).first?.field == misfit)
        #expect(state.queues(of: target).count == given)
    }
}
