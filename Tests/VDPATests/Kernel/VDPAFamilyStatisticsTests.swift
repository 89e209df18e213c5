import FakeNetlinkKernel
import Netlink
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// `VDPA_CMD_DEV_VSTATS_GET`.
@Suite struct VDPAFamilyStatisticsTests {
    private static let family = FakeNetlinkKernel.vdpaFamily

    /// Answers the question for each queue by its index, which is the request's last attribute.
    private func read(
        _ queues: [UInt32], _ answers: @escaping @Sendable (UInt8) -> [[UInt8]]
    ) throws -> (DeviceStatistics, FakeNetlinkKernel) {
        let kernel = FakeNetlinkKernel.vdpa { request in answers(request[request.count - 4]) }
        let statistics = try VDPAFamily(socket: kernel.makeSocket()).statistics(of: .test("net0"), queues: queues)
        return (statistics, kernel)
    }

    private static func answer(_ attributes: [[UInt8]]) -> [[UInt8]] {
        [NetlinkBytes.answer(family: family, command: 7, attributes), NetlinkBytes.acknowledgement()]
    }

    private static func counters(_ pairs: [(String, UInt64)]) -> [DeviceStatistics.Counter] {
        pairs.map { DeviceStatistics.Counter(name: $0.0, value: $0.1) }
    }

    @Test func everyPairIsReadAlsoOfOneName() throws {
        let (statistics, kernel) = try read([1]) { index in
            Self.answer([
                NetlinkBytes.attribute(4, "net0"),
                NetlinkBytes.attribute(5, UInt32(1)),
                NetlinkBytes.attribute(0, [UInt8]()),  // padding
                NetlinkBytes.attribute(14, UInt64(0x3_0040_0020)),
                NetlinkBytes.attribute(12, UInt16(2)),
                NetlinkBytes.attribute(17, UInt32(index)),
                NetlinkBytes.attribute(18, "tx packets"),
                NetlinkBytes.attribute(0, [UInt8]()),  // padding, between the two
                NetlinkBytes.attribute(19, UInt64(3)),
                NetlinkBytes.attribute(18, "tx errors"),
                NetlinkBytes.attribute(19, UInt64.max),
                NetlinkBytes.attribute(40, [1, 2, 3]),  // of a later kernel
                NetlinkBytes.attribute(18, "tx packets"),
                NetlinkBytes.attribute(19, UInt64(0)),
                NetlinkBytes.attribute(18, "without a value"),
            ])
        }
        #expect(statistics.negotiatedFeatures?.rawValue == 0x3_0040_0020)
        #expect(statistics.maximumQueuePairs == 2)
        let counters = Self.counters([("tx packets", 3), ("tx errors", .max), ("tx packets", 0)])
        #expect(statistics.queues == [DeviceStatistics.Queue(index: 1, counters: counters)])
        #expect(
            kernel.commands == [
                [
                    40, 0, 0, 0, 0x25, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    7, 1, 0, 0,  // VDPA_CMD_DEV_VSTATS_GET, version, reserved
                    9, 0, 4, 0, 0x6e, 0x65, 0x74, 0x30, 0, 0, 0, 0,  // VDPA_ATTR_DEV_NAME
                    8, 0, 17, 0, 1, 0, 0, 0,  // VDPA_ATTR_DEV_QUEUE_INDEX: u32
                ]
            ])
        #expect(try DeviceStatistics(message: message(statistics)) == statistics)
    }

    @Test func everyQueueIsAskedForInOrder() throws {
        let (statistics, kernel) = try read([2, 0]) { index in
            Self.answer([NetlinkBytes.attribute(18, "queue"), NetlinkBytes.attribute(19, UInt64(index))])
        }
        #expect(kernel.commands.map { $0[$0.count - 4] } == [2, 0])
        #expect(
            statistics.queues == [
                DeviceStatistics.Queue(index: 2, counters: Self.counters([("queue", 2)])),
                DeviceStatistics.Queue(index: 0, counters: Self.counters([("queue", 0)])),
            ])
        #expect(statistics.negotiatedFeatures == nil)
        #expect(statistics.maximumQueuePairs == nil)
    }

    @Test(
        arguments: [
            (-11, "vdpa: feature negotiation not complete", .notRunning, "before its features are negotiated"),
            (-22, nil, .invalidArgument, "net0 has no counters for queue 1"),
            (-22, "virtqueue index is not valid", .invalidArgument, "net0 has no counters for queue 1"),
            (-34, "vdpa: queue index exceeds max value", .invalidArgument, "net0 has no counters for queue 1"),
        ] as [(Int32, String?, HostError.Code, String)])
    func whatKeepsAQueueFromBeingReadStandsWithIt(
        error: Int32, text: String?, code: HostError.Code, message: String
    ) throws {
        let (statistics, _) = try read([0, 1, 2]) { index in
            guard index == 1 else {
                return Self.answer([
                    NetlinkBytes.attribute(14, UInt64(0x20)), NetlinkBytes.attribute(18, "a"),
                    NetlinkBytes.attribute(19, UInt64(index)),
                ])
            }
            return [NetlinkBytes.acknowledgement(error: error, text: text)]
        }
        #expect(statistics.queues.map(\.index) == [0, 1, 2])
        #expect(statistics.queues.map(\.counters.count) == [1, 0, 1])
        #expect(statistics.negotiatedFeatures?.rawValue == 0x20)
        let failure = try #require(statistics.queues[1].failure)
        #expect(statistics.queues[0].failure == nil)
        #expect(failure.code == code)
        #expect(failure.call == "VDPA_CMD_DEV_VSTATS_GET")
        #expect(failure.errno == Errno(rawValue: -error))
        #expect(failure.kernelMessage == text)
        #expect(failure.message.contains(message), "\(failure.message)")
        #expect(try DeviceStatistics(message: VDPATests.message(statistics)) == statistics)
    }

    @Test func whatTheReadableQueuesSayOfTheDeviceIsNotLostWithTheOthers() throws {
        let (statistics, _) = try read([0, 1]) { index in
            guard index == 0 else { return [NetlinkBytes.acknowledgement(error: -22)] }
            return Self.answer([NetlinkBytes.attribute(14, UInt64(0x20)), NetlinkBytes.attribute(12, UInt16(4))])
        }
        #expect(statistics.negotiatedFeatures?.rawValue == 0x20)
        #expect(statistics.maximumQueuePairs == 4)
    }

    @Test(
        arguments: [
            (-95, nil, .notSupported, ["VDPA_CMD_DEV_VSTATS_GET"]),
            (-22, "vdpa: unmanaged vdpa device", .notSupported, ["VDPA_CMD_DEV_VSTATS_GET"]),
            (-19, "vdpa: device not found", .notFound, []),
            (-1, nil, .permissionDenied, []),
            (-5, "failed to query hardware", .kernel, []),
        ] as [(Int32, String?, HostError.Code, [String])])
    func whatConcernsTheWholeDeviceFailsTheWhole(
        error: Int32, text: String?, code: HostError.Code, missing: [String]
    ) throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [NetlinkBytes.acknowledgement(error: error, text: text)] }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let failure = #expect(throws: HostError.self) {
            _ = try family.statistics(of: .test("net0"), queues: [0, 1])
        }
        #expect(failure?.code == code)
        #expect(failure?.errno == Errno(rawValue: -error))
        #expect(failure?.missing == missing)
        #expect(kernel.commands.count == 1)
    }

    @Test(arguments: [
        [NetlinkBytes.attribute(19, UInt64(1))],  // no name
        [
            NetlinkBytes.attribute(18, "a"), NetlinkBytes.attribute(19, UInt64(1)),
            NetlinkBytes.attribute(19, UInt64(2)),
        ],
        [NetlinkBytes.attribute(18, "a"), NetlinkBytes.attribute(19, UInt32(1))],  // too narrow
    ])
    func countersThatCannotBeUnderstoodAreNoCounters(attributes: [[UInt8]]) throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in Self.answer(attributes) }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let failure = #expect(throws: HostError.self) { _ = try family.statistics(of: .test("net0"), queues: [0]) }
        #expect(failure?.code == .malformed)
    }
}
