import Testing
import Virtio

@Suite struct RingPositionTests {
    @Test(
        arguments: [
            (0, .split(availableIndex: 0)),
            (0xffff, .split(availableIndex: 0xffff)),
            (
                0x8000_8000,
                .packed(availableIndex: 0, availableWrapCounter: true, usedIndex: 0, usedWrapCounter: true)
            ),
            (
                0x7fff_8001,
                .packed(availableIndex: 1, availableWrapCounter: true, usedIndex: 0x7fff, usedWrapCounter: false)
            ),
            (
                0x8002_0003,
                .packed(availableIndex: 3, availableWrapCounter: false, usedIndex: 2, usedWrapCounter: true)
            ),
        ] as [(UInt32, RingPosition)])
    func translatesBothWays(vringBase: UInt32, position: RingPosition) {
        #expect(RingPosition(vringBase: vringBase, format: position.format) == position)
        #expect(position.vringBase == vringBase)
    }

    @Test func aFreshQueueStandsAtTheBeginning() {
        #expect(RingPosition.initial(.split).vringBase == 0)
        #expect(RingPosition.initial(.packed).vringBase == 0x8000_8000)
    }

    @Test func theHighHalfOfASplitBaseDoesNotCount() {
        #expect(RingPosition(vringBase: 0x1234_0005, format: .split) == .split(availableIndex: 5))
    }

    @Test func featuresChooseTheFormat() {
        #expect(RingFormat(negotiated: [.version1, .ringPacked]) == .packed)
        #expect(RingFormat(negotiated: [.version1]) == .split)
    }

    @Test func rangesIncludeBothEnds() throws {
        let whole = try #require(AddressRange(first: 0, last: .max))
        let one = try #require(AddressRange(first: 5, last: 5))
        #expect(whole.contains(one))
        #expect(!one.contains(whole))
        #expect(AddressRange(first: 1, last: 0) == nil)
    }
}
