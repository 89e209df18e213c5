import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

/// The value as it arrives at the other end.
func message(_ value: some MessageValue) throws -> JSONValue {
    let line = Array(value.line.dropLast())
    return try JSONParser.parse(line.span)
}

@Suite struct MessageTests {
    static let node = DeviceNode(device: .test("net0"), number: 3, major: 251, minor: 7)
    static let holder = HolderReference(pid: 4711, startTime: .max, descriptor: 21)

    static let requests: [HostRequest] = [
        .inventory,
        .devices([node.device, .test("blk0")]),
        .sysfsInventory(HostError(.blocked, "a removal waits")),
        .discard,
        .release,
        .configuration(node.device),
        .holders([node], pid: nil),
        .holders([node], pid: 12),
        .perform(.examine, node, .shared(holder)),
        .perform(.suspend(allowIrreversible: true, dryRun: false), node, .passedDescriptor),
        .perform(.resume(dryRun: true), node, .owner),
        .perform(.setStatus([.acknowledge, .driver]), node, .owner),
        .perform(.reset, node, .owner),
        .perform(.export(assertStop: true), node, .owner),
        .perform(.open(bringUp: nil), node, .owner),
        .perform(.open(bringUp: BringUp()), node, .owner),
        .perform(.open(bringUp: BringUp(features: Features(rawValue: .max), queueSize: 8)), node, .owner),
        .perform(.open(bringUp: BringUp(restoring: restored, isStarted: false)), node, .owner),
        .perform(.close, node, .owner),
        .perform(.withdraw(configuration: [0, 255]), node, .owner),
        .perform(
            .rewind([QueuePosition(queue: .max, position: .split(availableIndex: .max))]), node, .owner),
        .perform(
            .start(proving: [QueuePosition(queue: 1, position: .split(availableIndex: 7))]), node, .owner),
        .provision(.create(NewDevice(node.device, by: simulator))),
        .provision(.create(fullNewDevice)),
        .provision(.delete(node.device)),
        .provision(.bind(node.device, .virtioVDPA)),
        .provision(.unbind(node.device, .other("third_driver"), nil)),
        .provision(.unbind(node.device, .vhostVDPA, node)),
        .provision(.setAutoprobe(false)),
        .provision(.permit(node, NodePermissions())),
        .provision(.permit(node, NodePermissions(owner: "qemu", group: "0", mode: 0o660))),
        .statistics(node.device, queues: []),
        .statistics(node.device, queues: [0, .max]),
        .autoprobe,
        .open(node),
    ]

    static let restored = RestoredState(
        deviceClass: .block, features: .version1, configuration: [1, 2],
        queues: [
            RingStart(size: 8, position: .split(availableIndex: .max)),
            RingStart(
                size: 32_768,
                position: .packed(
                    availableIndex: 0x7fff, availableWrapCounter: true, usedIndex: 0, usedWrapCounter: false)),
        ], queuesInUse: 1, isTrial: true)

    static let simulator = ManagementDevice(
        busName: nil, name: "vdpasim_net", classes: [.net], maximumQueues: nil, features: nil)

    static let fullNewDevice = {
        var new = NewDevice(node.device, by: simulator)
        new.busName = "pci"
        new.macAddress = MACAddress("02:00:00:00:00:ff")
        new.mtu = .max
        new.maximumQueuePairs = 1
        new.features = Features(rawValue: .max)
        return new
    }()

    @Test func anAddressArrivesAsItWas() throws {
        let address = try #require(Self.fullNewDevice.macAddress)
        let request = HostRequest.provision(.setMACAddress(Self.node.device, address))
        #expect(try HostRequest(message: message(request)) == request)
    }

    @Test(arguments: requests) func requestsArriveAsTheyWere(request: HostRequest) throws {
        #expect(try HostRequest(message: message(request)) == request)
    }

    static let observation = {
        var observation = DeviceObservation(
            status: DeviceStatus(rawValue: 0xff), deviceClass: DeviceClass(id: 99), features: Features(rawValue: .max),
            backendFeatures: BackendFeatures(rawValue: 1 << 63), maximumQueueSize: .max)
        observation.queueCount = 1
        observation.groupCount = 2
        observation.addressSpaceCount = 3
        observation.iovaRange = AddressRange(first: 0, last: .max)
        observation.configurationSize = 2
        observation.configuration = [0, 255]
        observation.clearsStatusBits = true
        return observation
    }()

    static let fullReport = {
        var report = DeviceReport(before: observation)
        report.after = observation
        report.call = KernelCallTiming(
            call: "VHOST_VDPA_SUSPEND", enteredAt: MonotonicInstant(nanoseconds: 1), returnedAt: .distantFuture)
        var split = QueueState(index: 0)
        split.size = 256
        split.group = 1
        split.descriptorGroup = 2
        split.addressSpace = 3
        split.format = .split
        split.position = .split(availableIndex: 0xffff)
        var packed = QueueState(index: 1)
        packed.format = .packed
        packed.position = .packed(
            availableIndex: 5, availableWrapCounter: true, usedIndex: 4, usedWrapCounter: false)
        var failed = QueueState(index: 2)
        failed.positionFailure = HostError(.deviceFailed, "no", errno: .ioError)
        report.queues = [split, packed, failed]
        report.holderExited = true
        report.warnings = ["a \"quoted\"\nline"]
        return report
    }()

    static let inventory = {
        var device = HostDevice(name: node.device)
        device.deviceClass = .net
        device.managementDevice = "pci/0000:01:00.2"
        device.vendorID = 1
        device.queueCount = 2
        device.maximumQueueSize = 3
        device.minimumQueueSize = 4
        device.driver = .other("third_driver")
        device.node = node
        device.nodeStatus = NodeStatus(userID: 0, user: "root", groupID: 107, mode: 0o660)
        device.hostStatus = .driverOK
        let management = ManagementDevice(
            busName: "pci", name: "0000:01:00.2", classes: [.net, .block], maximumQueues: 5, features: .version1)
        return Inventory(
            managementDevices: [management], devices: [device, HostDevice(name: node.device)],
            netlinkFailure: HostError(.netlinkUnavailable, "gone"), foreignNames: ["a b"])
    }()

    static let configuration = {
        var configuration = NetlinkConfiguration()
        configuration.deviceClass = .net
        configuration.features = .version1
        configuration.negotiatedFeatures = []
        configuration.network = NetworkConfiguration(
            bytes: [2, 0, 0, 0, 0, 1, 1, 0, 2, 0, 0x78, 5], features: Features(rawValue: 0x410028))
        return configuration
    }()

    static let replies: [HostReply] = [
        .released,
        .inventory(Inventory(managementDevices: [], devices: [])),
        .inventory(inventory),
        .devices([]),
        .devices(inventory.devices),
        .configuration(NetlinkConfiguration()),
        .configuration(configuration),
        .holders(HolderScan(holders: [], isComplete: false, incompleteReason: "slow")),
        .holders(
            HolderScan(
                holders: [Holder(device: node.device, reference: holder, command: "qemu", unit: "a.scope")],
                isComplete: true)),
        .report(DeviceReport(before: observation)),
        .report(fullReport),
        .provisioned,
        .opened,
        .autoprobe(true),
        .autoprobe(false),
        .statistics(DeviceStatistics()),
        .statistics(
            DeviceStatistics(
                negotiatedFeatures: [], maximumQueuePairs: 2,
                queues: [
                    DeviceStatistics.Queue(
                        index: 0,
                        counters: [
                            DeviceStatistics.Counter(name: "a", value: .max),
                            DeviceStatistics.Counter(name: "a", value: 0),
                        ]),
                    DeviceStatistics.Queue(index: 1, counters: [], failure: HostError(.notRunning, "not yet")),
                ])),
        .failure(
            HostError(
                .notSupported, "no", call: "VHOST_VDPA_SUSPEND", errno: .notSupported, kernelMessage: "text",
                missing: ["SUSPEND"], observation: observation)),
    ]

    @Test(arguments: replies) func repliesArriveAsTheyWere(reply: HostReply) throws {
        #expect(try HostReply(message: message(reply)) == reply)
    }

    @Test(arguments: HostError.Code.allCases) func everyCodeArrives(code: HostError.Code) throws {
        let error = HostError(code, "message")
        #expect(try HostError(message: message(error)) == error)
    }

    @Test(arguments: [
        #"{}"#, #"[]"#, #"{"request":"dance"}"#, #"{"request":"configuration"}"#,
        #"{"request":"configuration","device":"a/b"}"#, #"{"request":"configuration","device":7}"#,
        #"{"request":"holders","node":{"device":"a","number":-1,"major":1,"minor":1}}"#,
        #"{"request":"open"}"#, #"{"request":"provision","step":{"kind":"dance"}}"#,
        #"{"request":"provision","step":{"kind":"delete"}}"#,
        #"{"request":"provision","step":{"kind":"setMACAddress","device":"a","address":"02:00"}}"#,
        #"{"request":"provision","step":{"kind":"create","new":{"name":"a","managementDevice":"b","mtu":65536}}}"#,
        #"{"request":"statistics","device":"a","queues":[-1]}"#,
    ])
    func nonsenseIsMalformed(text: String) throws {
        let bytes = Array(text.utf8)
        let value = try JSONParser.parse(bytes.span)
        let error = #expect(throws: HostError.self) { _ = try HostRequest(message: value) }
        #expect(error?.code == .malformed)
    }
}
