import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The model of a host whose devices are made and bound")
struct SimulatedProvisioningModelTests {
    static let address = MACAddress.test("52:54:00:00:00:01")
    static let accepted: Features = [.version1, .accessPlatform]

    let name: DeviceName
    let net: DeviceName

    init() throws {
        name = try DeviceName("new0")
        net = try DeviceName("net0")
    }

    /// What is wrong with a new device, in the kernel's order, and what tells it.
    enum Mistake: Int, CaseIterable, Sendable {
        case mtu, pairs, missing, maker, attribute, features, name

        func make(in new: inout NewDevice) {
            switch self {
            case .mtu: new.mtu = 67
            case .pairs: new.maximumQueuePairs = 0
            case .missing:
                new.macAddress = address
                new.features = accepted
            case .maker: new.managementDevice = "nothing"
            case .attribute: new.maximumQueuePairs = new.maximumQueuePairs ?? 1
            case .features: new.features = (new.features ?? accepted).union(.ringPacked)
            case .name: break
            }
        }

        var errno: Errno {
            switch self {
            case .mtu: .outOfRange
            case .pairs, .missing, .features: .invalidArgument
            case .maker: .operationNotSupportedByDevice
            case .attribute: .notSupportedOnSocket
            case .name: .fileExists
            }
        }

        var text: String? {
            switch self {
            case .mtu: "integer out of range"
            case .pairs: "vdpa: At least one pair of VQs is required"
            case .missing: "vdpa: Missing features 0x20 for provided attributes"
            case .maker: "vdpa: Fail to find the specified management device"
            case .attribute: "vdpa: Some provided attributes are not supported: 0x1000"
            case .features, .name: nil
            }
        }
    }

    @Test(arguments: Mistake.allCases) func theFirstMistakeIsToldAsTheKernelDoes(mistake: Mistake) throws {
        var model = SimulatedHostModel()
        var new = try SimulatedHostModelTests.new(net.string, by: .net)
        // All that the kernel looks at later is wrong as well.
        for wrong in Mistake.allCases where wrong.rawValue >= mistake.rawValue { wrong.make(in: &new) }
        let error = #expect(throws: HostError.self) { try model.create(new) }
        #expect(error?.errno == mistake.errno)
        #expect(error?.kernelMessage == mistake.text)
        #expect(error?.call == "VDPA_CMD_DEV_NEW")
        #expect(model.takeChanges().isEmpty)
    }

    /// Pairs, features, and the error; that MQ is not missing shows by the next check.
    static let pairs: [(UInt16, Features, Errno)] = [
        (1, accepted, .notSupportedOnSocket), (2, accepted, .invalidArgument),
        (2, Features(bit: 22), .notSupportedOnSocket),
    ]

    @Test(arguments: pairs) func severalPairsNeedMQ(count: UInt16, features: Features, errno: Errno) throws {
        var model = SimulatedHostModel()
        var new = try SimulatedHostModelTests.new("new0", by: .net)
        new.maximumQueuePairs = count
        new.features = features
        let error = #expect(throws: HostError.self) { try model.create(new) }
        #expect(error?.errno == errno)
    }

    @Test func featuresNarrowWhatIsOffered() throws {
        var model = SimulatedHostModel()
        var new = try SimulatedHostModelTests.new("new0", by: .net)
        new.features = Self.accepted
        try model.create(new)
        #expect(model.devices[name]?.offeredFeatures == Self.accepted)
        // The kernel takes the address, which nobody sees without MAC.
        let error = #expect(throws: HostError.self) { try model.setMACAddress(Self.address, of: name) }
        #expect(error?.code == .verificationFailed)
    }

    @Test(arguments: [BusDriver.vhostVDPA, .virtioVDPA]) func theDriverThatWasLoadedFirstGetsNewDevices(
        driver: BusDriver
    ) throws {
        var model = SimulatedHostModel()
        model.firstDriver = driver
        try model.create(try SimulatedHostModelTests.new("new0", by: .net))
        let device = try #require(model.inventory.devices.first { $0.name == name })
        #expect(device.driver == driver)
        #expect((device.node != nil) == (driver == .vhostVDPA))
        #expect(device.hostStatus == (driver == .virtioVDPA ? [.acknowledge, .driver, .featuresOK, .driverOK] : nil))
        let negotiated = try model.configuration(of: name).negotiatedFeatures
        #expect(negotiated == (driver == .virtioVDPA ? SimulatedClass.net.features : nil))
        try model.unbind(name, from: driver)
        #expect(model.devices[name]?.status == [])
        try model.bind(name, to: .vhostVDPA)
        #expect(model.devices[name]?.number == 2)
    }

    @Test func aDeviceIsToldFromALaterOneOfItsName() throws {
        var model = SimulatedHostModel()
        let before = model.inventory.devices.compactMap(\.incarnation)
        #expect(Set(before).count == 2)
        try model.delete(net)
        try model.create(try SimulatedHostModelTests.new("net0", by: .net))
        let after = try #require(model.inventory.devices.first { $0.name == net }?.incarnation)
        #expect(!before.contains(after))
    }

    @Test func aNewNodeHasTheRightsOfDevtmpfs() throws {
        var model = SimulatedHostModel()
        let node = try #require(model.devices[net]?.node)
        try model.permit(node) { $0 = SimulatedRights(user: 5, group: 6, mode: 0o660) }
        #expect(model.devices[net]?.rights == SimulatedRights(user: 5, group: 6, mode: 0o660))
        try model.unbind(net, from: .vhostVDPA)
        let error = #expect(throws: HostError.self) { try model.permit(node) { $0.mode = 0o666 } }
        #expect(error?.code == .gone)
        try model.bind(net, to: .vhostVDPA)
        #expect(model.devices[net]?.rights == SimulatedRights())
    }

    @Test func changesAreTold() throws {
        var model = SimulatedHostModel()
        try model.create(try SimulatedHostModelTests.new("new0", by: .net))
        #expect(model.takeChanges() == [.device(name)])
        try model.unbind(name, from: .vhostVDPA)
        #expect(model.takeChanges() == [.removed(number: 2), .device(name)])
        try model.bind(name, to: .vhostVDPA)
        #expect(model.takeChanges() == [.device(name)])
        _ = try model.hold(name, command: "vmm", unit: nil, isRunning: true, at: 0)
        try model.delete(name)
        #expect(model.takeChanges() == [.opened(number: 2), .removed(number: 2)])
        #expect(model.pendingRemovals == [2])
        try model.closeOpener(name)
        #expect(model.takeChanges() == [.closed(number: 2), .device(name)])
        #expect(model.pendingRemovals == [])
    }

    @Test func faultsOfAnyDeviceComeAfterItsOwn() throws {
        var model = SimulatedHostModel()
        try model.setFault(nil, .create) { $0.errno = .noSpace }
        #expect(model.enter(name, .create).errno == .noSpace)
        try model.setFault(nil, .bind) { $0.errno = .noSpace }
        try model.setFault(net, .bind) { $0.errno = .ioError }
        #expect(model.enter(net, .bind).errno == .ioError)
        #expect(model.enter(name, .bind).errno == .noSpace)
    }
}
