import Testing
import Virtio

@testable import VDPA

@Suite struct BringUpTests {
    @Test func acceptsWhatItsRingsCanServe() throws {
        // vdpa_sim_net with every ring feature on top.
        let offered = Features(rawValue: 0x3_0883_0028).union(Features(rawValue: 0x9fd_3000_0000))
        let accepted = try BringUp().negotiated(offered: offered, deviceClass: .net)
        #expect(accepted == Features(rawValue: 0x3_0883_0028).union(Features(rawValue: 0x810_1000_0000)))
    }

    @Test func addsWhatIsAlwaysNeeded() throws {
        let offered = Features(rawValue: 0x3_0883_0028)
        let accepted = try BringUp(features: Features(bit: 5)).negotiated(offered: offered, deviceClass: .net)
        #expect(accepted == Features(rawValue: 0x3_0000_0020))
    }

    @Test(arguments: [
        (Features(bit: 4), Features(rawValue: 0x3_0000_0000), 1),
        (Features(), Features(rawValue: 0x1_0000_0000), 1),
        (Features(), Features(), 2),
    ])
    func namesWhatIsNotOffered(wanted: Features, offered: Features, missing: Int) {
        let error = #expect(throws: HostError.self) {
            try BringUp(features: wanted).negotiated(offered: offered, deviceClass: .net)
        }
        #expect(error?.code == .notSupported)
        #expect(error?.missing.count == missing)
    }

    @Test(
        arguments: [(nil, 256, 256), (nil, 1024, 256), (nil, 100, 64), (8, 256, 8), (1, 1, 1)]
            as [(UInt16?, UInt16, UInt16)])
    func choosesTheRingSize(asked: UInt16?, maximum: UInt16, size: UInt16) throws {
        #expect(try BringUp(queueSize: asked).ringSize(maximum: maximum) == size)
    }

    @Test(arguments: [(0, 256), (3, 256), (512, 256), (nil, 0)] as [(UInt16?, UInt16)])
    func refusesImpossibleRingSizes(asked: UInt16?, maximum: UInt16) {
        let error = #expect(throws: HostError.self) { try BringUp(queueSize: asked).ringSize(maximum: maximum) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: RingFormat.allCases, [UInt16(1), 2, 8, 256]) func ringsDoNotOverlap(
        format: RingFormat, size: UInt16
    ) throws {
        let range = try #require(AddressRange(first: 0x1001, last: .max))
        let layout = try #require(RingLayout(sizes: [size, 256, size], format: format, range: range))
        #expect(layout.base == 0x2000)
        var end = layout.base
        for (queue, size) in [(UInt32(0), size), (1, 256), (2, size)] {
            let areas = layout.addresses(queue: queue)
            let count = UInt64(size)
            #expect(areas.descriptors >= end)
            #expect(areas.descriptors % 16 == 0)
            #expect(areas.available >= areas.descriptors + 16 * count)
            #expect(areas.available % 4 == 0)
            #expect(areas.used >= areas.available + (format == .split ? 6 + 2 * count : 4))
            #expect(areas.used % 4 == 0)
            end = areas.used + (format == .split ? 6 + 8 * count : 4)
        }
        #expect(end <= layout.base + UInt64(layout.byteCount))
    }

    @Test(arguments: [(0, 0x2000), (0, 0x1fff + 0x1000), (UInt64.max - 4096, .max), (0x10000, 0x11000)])
    func rangesThatAreTooSmallAreRefused(first: UInt64, last: UInt64) throws {
        let range = try #require(AddressRange(first: first, last: last))
        // Two queues of two pages each.
        #expect(RingLayout(sizes: [256, 256], format: .split, range: range) == nil)
    }

    @Test func addressZeroIsNotUsed() throws {
        let range = try #require(AddressRange(first: 0, last: .max))
        #expect(RingLayout(sizes: [256], format: .split, range: range)?.base == 4096)
    }

    @Test(arguments: [UInt16(0), 1, 255, 256, 65_535]) func aSplitRingBeginsWithNothingToDo(index: UInt16) throws {
        let range = try #require(AddressRange(first: 0, last: .max))
        let layout = try #require(RingLayout(sizes: [8, 256], format: .split, range: range))
        var memory = try RingMemory(byteCount: layout.byteCount)
        let areas = layout.addresses(queue: 1)
        memory.lay(
            RingStart(size: 256, position: .split(availableIndex: index)), at: areas, from: layout.base)
        #expect(memory.load(at: Int(areas.available - layout.base) + 2) == index)
        #expect(memory.load(at: Int(areas.used - layout.base) + 2) == index)
        let other = layout.addresses(queue: 0)
        #expect(memory.load(at: Int(other.available - layout.base) + 2) == 0)
    }

    @Test(arguments: [UInt16(0), 1, 7], [true, false])
    func aPackedRingBeginsWithNothingToDo(index: UInt16, wrapCounter: Bool) throws {
        let range = try #require(AddressRange(first: 0, last: .max))
        let layout = try #require(RingLayout(sizes: [8], format: .packed, range: range))
        var memory = try RingMemory(byteCount: layout.byteCount)
        let position = RingPosition.packed(
            availableIndex: index, availableWrapCounter: wrapCounter, usedIndex: index, usedWrapCounter: wrapCounter)
        let areas = layout.addresses(queue: 0)
        memory.lay(RingStart(size: 8, position: position), at: areas, from: layout.base)
        for descriptor in 0..<8 {
            let flags = memory.load(at: Int(areas.descriptors - layout.base) + 16 * descriptor + 14)
            let (available, used) = (flags & 0x80 != 0, flags & 0x8000 != 0)
            // Used in this round before the index, in the former one from there: available in neither.
            #expect(used == (descriptor < Int(index) ? wrapCounter : !wrapCounter))
            #expect(available == used)
        }
    }
}
