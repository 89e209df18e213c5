import Testing
import Virtio

@Suite struct RingDistanceTests {
    private static func packed(_ index: UInt16, _ wrapCounter: Bool) -> RingPosition {
        .packed(availableIndex: index, availableWrapCounter: wrapCounter, usedIndex: 3, usedWrapCounter: true)
    }

    @Test(arguments: [(0, 0, 0), (65_530, 4, 10), (4, 65_530, 65_526), (1, 2, 1)] as [(UInt16, UInt16, UInt32)])
    func splitIndicesRunThrough16Bits(first: UInt16, last: UInt16, distance: UInt32) {
        #expect(
            RingPosition.split(availableIndex: first).distance(to: .split(availableIndex: last), size: 8) == distance)
    }

    @Test(
        arguments: [
            (0, true, 0, true, 0), (6, true, 1, false, 3), (6, false, 1, true, 3), (1, true, 6, true, 5),
            (0, true, 0, false, 8), (1, false, 0, true, 7), (1, true, 0, true, 15),
        ] as [(UInt16, Bool, UInt16, Bool, UInt32)])
    func packedIndicesRunRoundTheRing(
        first: UInt16, firstWrap: Bool, last: UInt16, lastWrap: Bool, distance: UInt32
    ) {
        #expect(Self.packed(first, firstWrap).distance(to: Self.packed(last, lastWrap), size: 8) == distance)
    }

    @Test func formatsDoNotMix() {
        #expect(RingPosition.split(availableIndex: 0).distance(to: Self.packed(0, true), size: 8) == nil)
        #expect(Self.packed(0, true).distance(to: .split(availableIndex: 0), size: 8) == nil)
        #expect(RingPosition.split(availableIndex: 0).used == nil)
        #expect(
            Self.packed(5, false).used
                == .packed(
                    availableIndex: 3, availableWrapCounter: true, usedIndex: 3, usedWrapCounter: true))
    }
}
