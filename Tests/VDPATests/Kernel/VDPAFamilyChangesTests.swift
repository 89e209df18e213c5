import FakeNetlinkKernel
import Netlink
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// `VDPA_CMD_DEV_NEW`, `VDPA_CMD_DEV_DEL` and `VDPA_CMD_DEV_ATTR_SET`.
@Suite struct VDPAFamilyChangesTests {
    private static let family = FakeNetlinkKernel.vdpaFamily
    private static let address = MACAddress(bytes: [0x02, 0, 0, 0, 0, 0x07])
    private static let simulator = ManagementDevice(
        busName: nil, name: "vdpasim_net", classes: [.net], maximumQueues: 3, features: nil)
    private static let function = ManagementDevice(
        busName: "pci", name: "0000:01:00.2", classes: [.net], maximumQueues: nil, features: nil)

    private func new(
        _ maker: ManagementDevice = simulator, _ change: (inout NewDevice) -> Void = { _ in }
    ) -> NewDevice {
        var new = NewDevice(.test("net0"), by: maker)
        change(&new)
        return new
    }

    // MARK: Creation

    @Test func creationSendsEveryValueAsWideAsTheKernelWantsIt() throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [NetlinkBytes.acknowledgement()] }
        try VDPAFamily(socket: kernel.makeSocket()).create(
            new(Self.function) { new in
                new.macAddress = Self.address
                new.mtu = 1400
                new.maximumQueuePairs = 2
                new.features = Features(rawValue: 0x3_0042_0028)
            })
        #expect(
            kernel.commands == [
                [
                    100, 0, 0, 0,  // length
                    0x25, 0,  // type: the family
                    5, 0,  // NLM_F_REQUEST | NLM_F_ACK
                    0, 0, 0, 0,  // sequence
                    0, 0, 0, 0,  // port
                    3, 1, 0, 0,  // VDPA_CMD_DEV_NEW, version, reserved
                    9, 0, 4, 0,  // VDPA_ATTR_DEV_NAME
                    0x6e, 0x65, 0x74, 0x30, 0, 0, 0, 0,  // net0, NUL, padding
                    17, 0, 2, 0,  // VDPA_ATTR_MGMTDEV_DEV_NAME
                    0x30, 0x30, 0x30, 0x30, 0x3a, 0x30, 0x31, 0x3a, 0x30, 0x30, 0x2e, 0x32, 0, 0, 0, 0,
                    8, 0, 1, 0,  // VDPA_ATTR_MGMTDEV_BUS_NAME
                    0x70, 0x63, 0x69, 0,  // pci, NUL
                    10, 0, 10, 0,  // VDPA_ATTR_DEV_NET_CFG_MACADDR: 6 bytes
                    2, 0, 0, 0, 0, 7, 0, 0,
                    6, 0, 13, 0,  // VDPA_ATTR_DEV_NET_CFG_MTU: u16
                    0x78, 0x05, 0, 0,
                    6, 0, 12, 0,  // VDPA_ATTR_DEV_NET_CFG_MAX_VQP: u16
                    2, 0, 0, 0,
                    12, 0, 20, 0,  // VDPA_ATTR_DEV_FEATURES: u64
                    0x28, 0, 0x42, 0, 3, 0, 0, 0,
                ]
            ])
    }

    @Test func creationLeavesToTheManagementDeviceWhatIsNotGiven() throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [NetlinkBytes.acknowledgement()] }
        try VDPAFamily(socket: kernel.makeSocket()).create(new())
        #expect(
            kernel.commands == [
                NetlinkBytes.request(
                    family: Self.family, command: 3,
                    [NetlinkBytes.attribute(4, "net0"), NetlinkBytes.attribute(2, "vdpasim_net")])
            ])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let error: Int32
        var text: String?
        var change: @Sendable (inout NewDevice) -> Void = { _ in }
        let code: HostError.Code
        var missing: [String] = []
        let names: [String]

        var testDescription: String { "\(error) \(text ?? "without a text")" }
    }

    /// In the order of the kernel's checks.
    static let refusals = [
        Refusal(error: -1, code: .permissionDenied, names: ["VDPA_CMD_DEV_NEW", "CAP_NET_ADMIN"]),
        Refusal(
            error: -34, text: "integer out of range", change: { $0.mtu = 67 }, code: .invalidArgument,
            names: ["net0", "mtu 67"]),
        Refusal(
            error: -34, text: "integer out of range",
            change: { new in
                new.mtu = 1500
                new.maximumQueuePairs = 0
            }, code: .invalidArgument, names: ["net0", "mtu 1500", "maxQueuePairs 0"]),
        Refusal(
            error: -22, text: "vdpa: At least one pair of VQs is required", change: { $0.maximumQueuePairs = 0 },
            code: .invalidArgument, names: ["net0", "maxQueuePairs 0"]),
        Refusal(
            error: -22, text: "vdpa: Missing features 0x400028 for provided attributes",
            change: { new in
                new.macAddress = address
                new.mtu = 1400
                new.maximumQueuePairs = 2
                new.features = .version1
            }, code: .invalidArgument, missing: ["MTU", "MAC", "MQ"],
            names: ["0x100000000", "MTU, MAC, MQ", "mac 02:00:00:00:00:07, mtu 1400, maxQueuePairs 2"]),
        Refusal(
            error: -19, text: "vdpa: Fail to find the specified management device", code: .noManagementDevice,
            names: ["vdpasim_net"]),
        Refusal(
            error: -19, text: "vdpa: Fail to find the specified management device", change: { $0.busName = "pci" },
            code: .noManagementDevice, names: ["pci/vdpasim_net"]),
        Refusal(
            error: -95, text: "vdpa: Some provided attributes are not supported: 0x3400",
            change: { new in
                new.macAddress = address
                new.mtu = 1400
                new.maximumQueuePairs = 2
                new.features = .version1
            }, code: .notSupported, missing: ["mac", "mtu", "maxQueuePairs"],
            names: ["vdpasim_net", "mac 02:00:00:00:00:07, mtu 1400, maxQueuePairs 2"]),
        Refusal(
            error: -95, text: "vdpa: Some provided attributes are not supported: 0x100000",
            change: { $0.features = .version1 }, code: .notSupported, missing: ["features"],
            names: ["vdpasim_net", "features 0x100000000"]),
        Refusal(
            error: -95, text: "vdpa: Some provided attributes are not supported: all", change: { $0.mtu = 1400 },
            code: .notSupported, missing: ["mtu"], names: ["vdpasim_net", "mtu 1400"]),
        Refusal(error: -95, code: .notSupported, missing: ["VDPA_CMD_DEV_NEW"], names: ["vdpasim_net"]),
        Refusal(
            error: -22, text: "vdpa: Network class attributes provided on unsupported management device",
            change: { new in
                new.mtu = 1400
                new.features = .version1
            }, code: .notSupported, missing: ["mtu"], names: ["vdpasim_net", "mtu 1400"]),
        Refusal(
            error: -22,
            text: "vdpa: Management device supports multi-class while device features specified are ambiguous",
            change: { $0.features = Features(rawValue: 0x20) }, code: .invalidArgument,
            names: ["vdpasim_net", "features 0x20"]),
        Refusal(error: -17, code: .alreadyExists, names: ["net0"]),
        Refusal(
            error: -22, change: { $0.features = Features(bit: 43) }, code: .notSupported, missing: ["features"],
            names: ["vdpasim_net", "features 0x80000000000"]),
        Refusal(error: -22, code: .kernel, names: ["vdpasim_net", "net0"]),
        Refusal(error: -28, text: "mlx5: no more", code: .kernel, names: ["vdpasim_net", "another device"]),
        Refusal(error: -12, code: .kernel, names: ["vdpasim_net", "net0"]),
    ]

    @Test(arguments: refusals) func everyRefusalOfACreationSaysWhatWasWrong(refusal: Refusal) throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in
            [NetlinkBytes.acknowledgement(error: refusal.error, text: refusal.text)]
        }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let error = #expect(throws: HostError.self) { try family.create(new(Self.simulator, refusal.change)) }
        #expect(error?.code == refusal.code)
        #expect(error?.call == "VDPA_CMD_DEV_NEW")
        #expect(error?.errno == Errno(rawValue: -refusal.error))
        #expect(error?.kernelMessage == refusal.text)
        #expect(error?.missing == refusal.missing)
        for name in refusal.names { #expect(error?.message.contains(name) == true, "\(error?.message ?? "")") }
        if let text = refusal.text { #expect(error?.message.contains(text) == true) }
    }

    @Test func aCreationThatIsNotAnsweredIsNoRefusal() throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [] }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let error = #expect(throws: HostError.self) { try family.create(new()) }
        #expect(error?.code == .netlinkUnavailable)
        #expect(error?.call == "VDPA_CMD_DEV_NEW")
    }

    // MARK: Deletion

    @Test func deletionSendsTheNameAlone() throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [NetlinkBytes.acknowledgement()] }
        try VDPAFamily(socket: kernel.makeSocket()).delete(.test("net0"))
        #expect(
            kernel.commands == [
                [
                    32, 0, 0, 0, 0x25, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    4, 1, 0, 0,  // VDPA_CMD_DEV_DEL, version, reserved
                    9, 0, 4, 0, 0x6e, 0x65, 0x74, 0x30, 0, 0, 0, 0,  // VDPA_ATTR_DEV_NAME
                ]
            ])
    }

    @Test(
        arguments: [
            (-19, "vdpa: device not found", .notFound, "net0"),
            (
                -22, "vdpa: Only user created device can be deleted by user", .notSupported,
                "Only user created device can be deleted by user"
            ),
            (-1, nil, .permissionDenied, "VDPA_CMD_DEV_DEL needs CAP_NET_ADMIN"),
            (-12, nil, .kernel, "net0"),
        ] as [(Int32, String?, HostError.Code, String)])
    func everyRefusalOfADeletionSaysWhatWasWrong(
        error: Int32, text: String?, code: HostError.Code, message: String
    ) throws {
        let kernel = FakeNetlinkKernel.vdpa { _ in [NetlinkBytes.acknowledgement(error: error, text: text)] }
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let failure = #expect(throws: HostError.self) { try family.delete(.test("net0")) }
        #expect(failure?.code == code)
        #expect(failure?.call == "VDPA_CMD_DEV_DEL")
        #expect(failure?.errno == Errno(rawValue: -error))
        #expect(failure?.kernelMessage == text)
        #expect(failure?.missing == (code == .notSupported ? ["VDPA_CMD_DEV_DEL"] : []))
        #expect(failure?.message.contains(message) == true)
    }

    // MARK: The address

    /// Answers the change of the address like this, and the question for the configuration with `found` as address.
    private func kernel(answeringChange answer: [UInt8], found: [UInt8]?) -> FakeNetlinkKernel {
        .vdpa { request in
            guard request[16] == 6 else { return [answer] }
            let attributes =
                [NetlinkBytes.attribute(5, UInt32(1))] + (found.map { [NetlinkBytes.attribute(10, $0)] } ?? [])
            return [
                NetlinkBytes.answer(family: Self.family, command: 6, attributes), NetlinkBytes.acknowledgement(),
            ]
        }
    }

    @Test func anAddressIsSetAndReadBack() throws {
        let address = try #require(Self.address)
        let kernel = kernel(answeringChange: NetlinkBytes.acknowledgement(), found: address.bytes)
        try VDPAFamily(socket: kernel.makeSocket()).setMACAddress(address, of: .test("net0"))
        #expect(
            kernel.commands == [
                [
                    44, 0, 0, 0, 0x25, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    8, 1, 0, 0,  // VDPA_CMD_DEV_ATTR_SET, version, reserved (checked by the kernel)
                    9, 0, 4, 0, 0x6e, 0x65, 0x74, 0x30, 0, 0, 0, 0,  // VDPA_ATTR_DEV_NAME
                    10, 0, 10, 0,  // VDPA_ATTR_DEV_NET_CFG_MACADDR: 6 bytes
                    2, 0, 0, 0, 0, 7, 0, 0,
                ],
                NetlinkBytes.request(family: Self.family, command: 6, [NetlinkBytes.attribute(4, "net0")]),
            ])
    }

    @Test(
        arguments: [
            (
                0, "vdpa: net0 device not supported", .notSupported, ["VDPA_CMD_DEV_ATTR_SET"],
                "net0 device not supported"
            ),
            (-95, "vdpa: Invalid MAC address", .invalidArgument, [], "02:00:00:00:00:07"),
            (
                -95, "vdpa: Operation not supported by the device.", .notSupported, ["VDPA_CMD_DEV_ATTR_SET"],
                "device net0"
            ),
            (-95, nil, .notSupported, ["VDPA_CMD_DEV_ATTR_SET"], "device net0"),
            (-19, "vdpa: device not found", .notFound, [], "device net0"),
            (-22, "vdpa: unmanaged vdpa device", .notSupported, ["VDPA_CMD_DEV_ATTR_SET"], "management device"),
            (-1, nil, .permissionDenied, [], "VDPA_CMD_DEV_ATTR_SET needs CAP_NET_ADMIN"),
        ] as [(Int32, String?, HostError.Code, [String], String)])
    func anAddressThatIsRefusedIsNotReadBack(
        error: Int32, text: String?, code: HostError.Code, missing: [String], message: String
    ) throws {
        let address = try #require(Self.address)
        let kernel = kernel(
            answeringChange: NetlinkBytes.acknowledgement(error: error, text: text), found: address.bytes)
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let failure = #expect(throws: HostError.self) { try family.setMACAddress(address, of: .test("net0")) }
        #expect(failure?.code == code)
        #expect(failure?.call == "VDPA_CMD_DEV_ATTR_SET")
        #expect(failure?.errno == (error == 0 ? nil : Errno(rawValue: -error)))
        #expect(failure?.kernelMessage == text)
        #expect(failure?.missing == missing)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(kernel.commands.count == 1)
    }

    @Test(
        arguments: [
            ([2, 0, 0, 0, 0, 8], "02:00:00:00:00:08 now"), (nil, "none in its configuration"),
        ] as [([UInt8]?, String)])
    func anAddressThatIsNotThereAfterwardsIsAnError(found: [UInt8]?, message: String) throws {
        let address = try #require(Self.address)
        let kernel = kernel(answeringChange: NetlinkBytes.acknowledgement(), found: found)
        let family = try VDPAFamily(socket: kernel.makeSocket())
        let failure = #expect(throws: HostError.self) { try family.setMACAddress(address, of: .test("net0")) }
        #expect(failure?.code == .verificationFailed)
        #expect(failure?.message.contains(message) == true)
        #expect(failure?.message.contains("02:00:00:00:00:07") == true)
    }
}
