import FakeNetlinkKernel
import Netlink
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite struct VDPAFamilyTests {
    private static let family = FakeNetlinkKernel.vdpaFamily

    private func kernel(answering answers: [[UInt8]]) -> FakeNetlinkKernel {
        .vdpa { _ in answers }
    }

    @Test func readsManagementDevices() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 1, flags: 2,
                [
                    NetlinkBytes.attribute(2, "vdpasim_net"),
                    NetlinkBytes.attribute(0, [UInt8]()),  // padding
                    NetlinkBytes.attribute(3, UInt64(0b10)),  // classes: net
                    NetlinkBytes.attribute(15, UInt32(3)),
                    NetlinkBytes.attribute(16, UInt64(0x3_0883_0028)),
                ]),
            NetlinkBytes.answer(
                family: Self.family, command: 1, flags: 2,
                [
                    NetlinkBytes.attribute(1, "pci"),
                    NetlinkBytes.attribute(2, "0000:01:00.2"),
                    NetlinkBytes.attribute(3, UInt64(0b110)),
                    NetlinkBytes.attribute(15, UInt32(0)),
                    NetlinkBytes.attribute(16, UInt64(0)),
                    NetlinkBytes.attribute(40, [1, 2, 3]),  // of a later kernel
                ]),
            NetlinkBytes.end(),
        ])
        let devices = try VDPAFamily(socket: kernel.makeSocket()).managementDevices()
        #expect(
            devices == [
                ManagementDevice(
                    busName: nil, name: "vdpasim_net", classes: [.net], maximumQueues: 3,
                    features: Features(rawValue: 0x3_0883_0028)),
                ManagementDevice(
                    busName: "pci", name: "0000:01:00.2", classes: [.net, .block], maximumQueues: nil, features: nil),
            ])
        #expect(devices.last?.handle == "pci/0000:01:00.2")
    }

    @Test func readsDevicesAlsoWithImpossibleNames() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 3, flags: 2,
                [
                    NetlinkBytes.attribute(4, "net0"),
                    NetlinkBytes.attribute(5, UInt32(1)),
                    NetlinkBytes.attribute(6, UInt32(0x1af4)),
                    NetlinkBytes.attribute(7, UInt32(3)),
                    NetlinkBytes.attribute(8, UInt16(256)),
                    NetlinkBytes.attribute(9, UInt16(1)),
                    NetlinkBytes.attribute(2, "vdpasim_net"),
                ]),
            NetlinkBytes.answer(
                family: Self.family, command: 3, flags: 2,
                [NetlinkBytes.attribute(4, [0xff, 0x2f, 0x61, 0]), NetlinkBytes.attribute(5, UInt32(2))]),
            NetlinkBytes.end(),
        ])
        let devices = try VDPAFamily(socket: kernel.makeSocket()).devices()
        #expect(devices.count == 2)
        let first = try #require(devices.first)
        #expect(first.name == "net0")
        #expect(first.deviceClass == .net)
        #expect(first.vendorID == 0x1af4)
        #expect(first.queueCount == 3)
        #expect(first.maximumQueueSize == 256)
        #expect(first.minimumQueueSize == 1)
        #expect(first.managementDevice == "vdpasim_net")
        #expect(devices.last?.name == "\u{fffd}/a")
    }

    @Test func readsOneDevice() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 3,
                [NetlinkBytes.attribute(4, "net0"), NetlinkBytes.attribute(5, UInt32(1))]),
            NetlinkBytes.acknowledgement(),
        ])
        let device = try VDPAFamily(socket: kernel.makeSocket()).device(.test("net0"))
        #expect(device?.name == "net0")
        #expect(device?.deviceClass == .net)
    }

    @Test(arguments: [(-19, true), (-22, true), (-1, false), (-12, false)] as [(Int32, Bool)])
    func aDeviceThatNetlinkDoesNotShowIsNone(error: Int32, isNone: Bool) throws {
        let kernel = kernel(answering: [NetlinkBytes.acknowledgement(error: error, text: nil)])
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let result = Result { () throws(HostError) in try family.device(.test("net0")) }
        if isNone { #expect(try result.get() == nil) } else { #expect(throws: HostError.self) { try result.get() } }
    }

    @Test func readsTheConfigurationOfANetworkDevice() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 6,
                [
                    NetlinkBytes.attribute(13, UInt16(1400)),  // before the class
                    NetlinkBytes.attribute(4, "net0"),
                    NetlinkBytes.attribute(5, UInt32(1)),
                    NetlinkBytes.attribute(10, [2, 0, 0, 0, 0, 7]),
                    NetlinkBytes.attribute(11, UInt16(3)),
                    NetlinkBytes.attribute(12, UInt16(2)),
                    NetlinkBytes.attribute(20, UInt64(0x3_0883_0028)),
                    NetlinkBytes.attribute(14, UInt64(0x3_0000_0020)),
                    NetlinkBytes.attribute(21, UInt64(0x3_0883_0028)),  // features in the headers of Linux 6.1
                ]),
            NetlinkBytes.acknowledgement(),
        ])
        let configuration = try VDPAFamily(socket: kernel.makeSocket()).configuration(of: DeviceName("net0"))
        #expect(configuration.deviceClass == .net)
        #expect(configuration.features?.rawValue == 0x3_0883_0028)
        #expect(configuration.negotiatedFeatures?.rawValue == 0x3_0000_0020)
        #expect(configuration.block == nil)
        let network = try #require(configuration.network)
        #expect(network.macAddress == MACAddress("02:00:00:00:00:07"))
        #expect(network.status == 3)
        #expect(network.maximumQueuePairs == 2)
        #expect(network.mtu == 1400)
        let request = try #require(kernel.requests.last)
        #expect(request[16] == 6)
        #expect(Array(request[20...]) == [9, 0, 4, 0, 0x6e, 0x65, 0x74, 0x30, 0, 0, 0, 0])
    }

    @Test func theNetworkStatusMayBeAByte() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 6,
                [NetlinkBytes.attribute(5, UInt32(1)), NetlinkBytes.attribute(11, UInt8(1))]),
            NetlinkBytes.acknowledgement(),
        ])
        let configuration = try VDPAFamily(socket: kernel.makeSocket()).configuration(of: DeviceName("net0"))
        #expect(configuration.network?.status == 1)
        #expect(configuration.negotiatedFeatures == nil)
    }

    @Test func readsTheConfigurationOfABlockDevice() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 6,
                [
                    NetlinkBytes.attribute(5, UInt32(2)),
                    NetlinkBytes.attribute(21, UInt64(0x40000)),
                    NetlinkBytes.attribute(22, UInt32(4096)),
                    NetlinkBytes.attribute(23, UInt32(512)),
                    NetlinkBytes.attribute(24, UInt32(126)),
                    NetlinkBytes.attribute(25, UInt16(4)),
                    NetlinkBytes.attribute(26, UInt8(3)),
                    NetlinkBytes.attribute(27, UInt8(1)),
                    NetlinkBytes.attribute(28, UInt16(8)),
                    NetlinkBytes.attribute(29, UInt32(16)),
                    NetlinkBytes.attribute(30, UInt32(100)),
                    NetlinkBytes.attribute(31, UInt32(101)),
                    NetlinkBytes.attribute(32, UInt32(102)),
                    NetlinkBytes.attribute(33, UInt32(103)),
                    NetlinkBytes.attribute(34, UInt32(104)),
                    NetlinkBytes.attribute(35, UInt8(0)),
                    NetlinkBytes.attribute(36, UInt8(1)),
                ]),
            NetlinkBytes.acknowledgement(),
        ])
        let configuration = try VDPAFamily(socket: kernel.makeSocket()).configuration(of: DeviceName("blk0"))
        let block = try #require(configuration.block)
        #expect(configuration.network == nil)
        #expect(block.capacity == 0x40000)
        #expect(block.maximumSegmentSize == 4096)
        #expect(block.blockSize == 512)
        #expect(block.maximumSegments == 126)
        #expect(block.queues == 4)
        #expect(block.physicalBlockExponent == 3)
        #expect(block.alignmentOffset == 1)
        #expect(block.minimumIOSize == 8)
        #expect(block.optimalIOSize == 16)
        #expect(block.maximumDiscardSectors == 100)
        #expect(block.maximumDiscardSegments == 101)
        #expect(block.discardSectorAlignment == 102)
        #expect(block.maximumWriteZeroesSectors == 103)
        #expect(block.maximumWriteZeroesSegments == 104)
        #expect(block.cylinders == nil)
        #expect(try NetlinkConfiguration(message: message(configuration)) == configuration)
    }

    /// Linux 6.1 to 6.8: no attributes of block devices, and attribute 21 stands for nothing else where 2 is the class.
    @Test func aBlockDeviceOfAKernelWithoutItsAttributesHasNone() throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 6,
                [NetlinkBytes.attribute(5, UInt32(2)), NetlinkBytes.attribute(20, UInt64(1 << 5 | 1 << 9))]),
            NetlinkBytes.acknowledgement(),
        ])
        let configuration = try VDPAFamily(socket: kernel.makeSocket()).configuration(of: DeviceName("blk0"))
        #expect(configuration.block == BlockConfiguration())
        #expect(configuration.features?.names(for: .block) == ["RO", "FLUSH"])
    }

    @Test(arguments: [UInt32(1), 4, 26]) func attribute21IsACapacityOfBlockDevicesAlone(id: UInt32) throws {
        let kernel = kernel(answering: [
            NetlinkBytes.answer(
                family: Self.family, command: 6,
                [NetlinkBytes.attribute(21, UInt64(0x40000)), NetlinkBytes.attribute(5, id)]),
            NetlinkBytes.acknowledgement(),
        ])
        let configuration = try VDPAFamily(socket: kernel.makeSocket()).configuration(of: DeviceName("net0"))
        #expect(configuration.deviceClass?.id == id)
        #expect(configuration.block == nil)
        #expect((configuration.network == nil) == (id != 1))
        #expect(configuration.features == nil)
    }

    /// The kernel's dump of configurations ends at the first device of another class, without a word.
    @Test func configurationsAreAskedForOneByOne() throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in
            [
                NetlinkBytes.answer(family: Self.family, command: 6, [NetlinkBytes.attribute(5, UInt32(1))]),
                NetlinkBytes.acknowledgement(),
            ]
        }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        for name in ["net0", "blk0"] { _ = try family.configuration(of: .test(name)) }
        #expect(
            kernel.commands == [
                NetlinkBytes.request(family: Self.family, command: 6, [NetlinkBytes.attribute(4, "net0")]),
                NetlinkBytes.request(family: Self.family, command: 6, [NetlinkBytes.attribute(4, "blk0")]),
            ])
    }

    @Test func anAcknowledgementWithoutAnAnswerIsMalformed() throws {
        let kernel = kernel(answering: [NetlinkBytes.acknowledgement()])
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let error = #expect(throws: HostError.self) { _ = try family.configuration(of: .test("net0")) }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("net0") == true)
    }

    @Test(
        arguments: [
            (-19, "vdpa: device not found", HostError.Code.notFound),
            (-22, "vdpa: unmanaged vdpa device", .notSupported),
            (-95, nil, .notSupported),
            (-1, nil, .permissionDenied),
            (-12, nil, .kernel),
        ] as [(Int32, String?, HostError.Code)])
    func refusals(error: Int32, text: String?, code: HostError.Code) throws {
        let kernel = kernel(answering: [NetlinkBytes.acknowledgement(error: error, text: text)])
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let name = try DeviceName("net0")
        let failure = #expect(throws: HostError.self) { _ = try family.configuration(of: name) }
        #expect(failure?.code == code)
        #expect(failure?.errno == Errno(rawValue: -error))
        #expect(failure?.kernelMessage == text)
        #expect(failure?.call == "VDPA_CMD_DEV_CONFIG_GET")
        #expect(failure?.missing == (code == .notSupported ? ["VDPA_CMD_DEV_CONFIG_GET"] : []))
        #expect(failure?.message.contains("net0") == (code != .permissionDenied && error != -22))
    }

    @Test func aMissingFamilySaysWhy() throws {
        let error = NetlinkError(code: .unknownFamily, errno: .noSuchFileOrDirectory, message: "")
        let tree = try TemporaryTree()
        let without = HostError.unavailable(error, paths: HostPaths(sys: tree.path))
        #expect(without.code == .netlinkUnavailable)
        #expect(without.message.contains("module is not loaded"))
        try tree.directory("bus/vdpa")
        let with = HostError.unavailable(error, paths: HostPaths(sys: tree.path))
        #expect(with.code == .netlinkUnavailable)
        #expect(with.message.contains("network namespace"))
    }
}
