import DeviceState
import JSON
import Virtio

/// Which device a case begins with.
enum CheckBase {
    case net, block, fs
}

/// A complete state, and a host with a device that fits it, made by a management device that has made another one too.
struct CheckWorld {
    static let netMaker = "pci/0000:01:00.2"
    static let blockMaker = "auxiliary/blk.1"

    var state: DeviceState
    var device: HostDescription.Device
    /// Of the same class and management device as `device`.
    var sibling: HostDescription.Device
    var netMaker = HostDescription.ManagementDevice(
        name: CheckWorld.netMaker, classes: [.net], maximumQueues: 33, features: CheckWorld.netFeatures)
    var blockMaker = HostDescription.ManagementDevice(
        name: CheckWorld.blockMaker, classes: [.block], maximumQueues: 8, features: CheckWorld.blockFeatures)
    var formats: [String] = []

    /// MTU, MAC, STATUS, CTRL_VQ, MQ, CTRL_MAC_ADDR, VERSION_1 and ACCESS_PLATFORM.
    static let netFeatures = Features(rawValue: 0x3_00c3_0028)
    /// SIZE_MAX, SEG_MAX, BLK_SIZE, FLUSH, MQ, DISCARD, WRITE_ZEROES, VERSION_1 and ACCESS_PLATFORM.
    static let blockFeatures = Features(rawValue: 0x3_0000_7246)
    static let fsFeatures: Features = [.version1, .accessPlatform]

    init(_ base: CheckBase) {
        let (deviceClass, features, bytes, name) =
            switch base {
            case .net: (DeviceClass.net, Self.netFeatures, Self.netConfiguration, "net0")
            case .block: (DeviceClass.block, Self.blockFeatures, Self.blockConfiguration, "blk0")
            case .fs: (DeviceClass.fs, Self.fsFeatures, Array("shared".utf8) + Array(repeating: 0, count: 34), "fs0")
            }
        let queues = Self.queues(of: base)
        state = DeviceState(
            source: DeviceState.Source(
                host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z"),
            identity: DeviceState.Identity(name: Self.name("vm1"), deviceClass: deviceClass, vendorID: 0),
            standard: DeviceState.Standard(
                deviceClass: deviceClass, status: DeviceStatus(rawValue: 0x0f), deviceFeatures: features,
                negotiatedFeatures: features, backendFeatures: BackendFeatures(rawValue: 0x17e),
                configuration: bytes, queueCount: UInt32(queues.count), queues: queues,
                groupCount: base == .net ? 2 : 1, addressSpaceCount: base == .net ? 2 : 1,
                iovaRange: AddressRange(first: 0, last: 0xffff_ffff_ffff)),
            completeness: DeviceState.Completeness(missing: []),
            stability: DeviceState.Stability(suspended: true, vouched: true, verification: []))
        device = HostDescription.Device(name: Self.name(name))
        device.deviceClass = deviceClass
        device.vendorId = 0
        device.managementDevice =
            switch base {
            case .net: Self.netMaker
            case .block: Self.blockMaker
            case .fs: nil
            }
        device.isHeld = false
        device.features = NamedMask(features, for: deviceClass)
        device.backendFeatures = NamedMask(BackendFeatures(rawValue: 0x17e))
        var configuration = HostDescription.Configuration()
        configuration.size = UInt32(bytes.count)
        configuration.raw = HexadecimalBytes(bytes)
        configuration.net = base == .net ? NetworkConfiguration(bytes: bytes, features: features) : nil
        configuration.block = base == .block ? BlockConfiguration(bytes: bytes, features: features) : nil
        device.configuration = configuration
        device.queueCount = UInt32(queues.count)
        device.maximumQueueSize = 256
        device.minimumQueueSize = 1
        device.groupCount = state.standard.groupCount
        device.addressSpaceCount = state.standard.addressSpaceCount
        device.iovaRange = state.standard.iovaRange
        sibling = HostDescription.Device(name: Self.name("sibling"))
        sibling.deviceClass = deviceClass
        sibling.managementDevice = device.managementDevice
    }

    var host: HostDescription {
        HostDescription(
            host: HostDescription.Origin(
                name: "host-b", kernel: "6.12.1", vdpad: "0.1.0", time: "2026-11-21T06:41:00Z"),
            managementDevices: [netMaker, blockMaker], devices: [device, sibling], implementationFormats: formats)
    }

    /// Gives up what only an open descriptor tells of the device.
    mutating func closeDevice() {
        device.backendFeatures = nil
        device.configuration?.size = nil
        device.configuration?.raw = nil
        device.maximumQueueSize = nil
        device.groupCount = nil
        device.addressSpaceCount = nil
        device.iovaRange = nil
    }

    /// Shows of the sibling what an open descriptor of the device has told.
    mutating func openSibling() {
        sibling.backendFeatures = device.backendFeatures
        sibling.configuration = device.configuration
        sibling.maximumQueueSize = device.maximumQueueSize
        sibling.groupCount = device.groupCount
        sibling.addressSpaceCount = device.addressSpaceCount
        sibling.iovaRange = device.iovaRange
    }

    /// Changes what the driver has accepted, of what it is then offered at least; nil for what is not known.
    mutating func negotiate(_ change: (Features) -> Features?) {
        let negotiated = state.standard.negotiatedFeatures.flatMap { change(Features($0)) }
        let offered = state.standard.deviceFeatures.map { Features($0).union(negotiated ?? []) }
        if negotiated == nil { miss("standard.negotiatedFeatures") }
        state.standard.negotiatedFeatures = negotiated.map { NamedMask($0, for: state.identity.deviceClass) }
        state.standard.deviceFeatures = offered.map { NamedMask($0, for: state.identity.deviceClass) }
    }

    /// Changes the source's configuration, which is decoded under what it offers.
    mutating func configure(_ change: (inout [UInt8]) -> Void) {
        guard var bytes = state.standard.configuration?.raw.bytes else { return }
        change(&bytes)
        state.standard.configuration = DeviceState.Configuration(
            bytes: bytes, deviceClass: state.identity.deviceClass,
            features: state.standard.deviceFeatures.map { Features($0) } ?? [])
    }

    /// Changes what is known of every queue of the source.
    mutating func changeQueues(_ change: (inout DeviceState.Queue) -> Void) {
        state.standard.queues = state.standard.queues.map { queue in
            var queue = queue
            change(&queue)
            return queue
        }
    }

    /// Says that a part of the document is missing, which the caller takes out.
    mutating func miss(_ part: String) {
        state.completeness = DeviceState.Completeness(
            missing: state.completeness.missing
                + [DeviceState.MissingPart(part: part, reason: "it was not read", supplier: .vdpad)])
    }

    /// Takes the configuration out of the document.
    mutating func loseConfiguration() {
        state.standard.configuration = nil
        miss("standard.configuration")
    }

    /// Takes the queues out of the document.
    mutating func loseQueues() {
        state.standard.queues = []
        state.completeness = DeviceState.Completeness(missing: [
            DeviceState.MissingPart(
                part: "standard.queues", reason: "its owner alone can read them", supplier: .owner)
        ])
    }

    /// Takes some of the queues out of the document.
    mutating func loseQueues(_ indices: ClosedRange<Int>) {
        state.standard.queues.removeSubrange(indices)
        state.completeness = DeviceState.Completeness(
            missing: indices.map { index in
                DeviceState.MissingPart(
                    part: "standard.queues[\(index)]", reason: "its owner alone can read it", supplier: .owner)
            })
    }

    /// Takes positions out of the document.
    mutating func losePositions(_ indices: ClosedRange<Int>, _ reason: String, _ supplier: DeviceState.Supplier) {
        for index in indices { state.standard.queues[index].position = nil }
        state.completeness = DeviceState.Completeness(
            missing: indices.map { index in
                DeviceState.MissingPart(part: "standard.queues[\(index)].position", reason: reason, supplier: supplier)
            })
    }

    /// Changes what the device offers.
    mutating func offer(_ change: (Features) -> Features) {
        device.features = device.features.map { NamedMask(change(Features($0)), for: device.deviceClass) }
    }

    /// Takes backend features away from the device.
    mutating func lack(_ features: BackendFeatures) {
        device.backendFeatures = device.backendFeatures.map { NamedMask(BackendFeatures($0).subtracting(features)) }
    }

    /// Replaces what the netlink family says of the management device for network devices.
    mutating func makeNetMaker(maximumQueues: UInt32? = 33, features: Features?) {
        netMaker = HostDescription.ManagementDevice(
            name: Self.netMaker, classes: [.net], maximumQueues: maximumQueues, features: features)
    }

    /// Gives the document a section that only an implementation understands.
    mutating func addSection(required: Bool) {
        state.implementation = [
            DeviceState.ImplementationSection(format: "example.mac-filters/1", required: required, data: [1, 2])
        ]
    }

    static func name(_ text: String) -> DeviceName {
        do throws(DeviceNameError) {
            return try DeviceName(text)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static func mac(_ last: UInt8) -> MACAddress? {
        MACAddress(bytes: [0x52, 0x54, 0, 0x12, 0x34, last])
    }

    /// Two pairs and a control queue in a group and an address space of its own, or one queue.
    private static func queues(of base: CheckBase) -> [DeviceState.Queue] {
        (0..<(base == .net ? 5 : base == .block ? 4 : 2)).map { index in
            let isControl = base == .net && index == 4
            return DeviceState.Queue(
                index: UInt16(index), maximumSize: 256, size: 256, format: .split,
                position: .split(availableIndex: 7), group: isControl ? 1 : 0, addressSpace: isControl ? 1 : 0)
        }
    }

    /// An address, link up, two pairs, MTU 1500.
    private static let netConfiguration: [UInt8] =
        [0x52, 0x54, 0, 0x12, 0x34, 0x56, 1, 0, 2, 0, 0xdc, 5] + Array(repeating: 0, count: 12)

    /// 128 MiB, segments of 4096 bytes, 32 of them, blocks of 512 bytes, four queues, and limits of discard and write zeroes.
    private static var blockConfiguration: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 72)
        bytes[2] = 4
        bytes[9] = 0x10
        bytes[12] = 32
        bytes[21] = 2
        bytes[34] = 4
        bytes[37] = 1
        bytes[40] = 1
        bytes[49] = 1
        bytes[52] = 1
        return bytes
    }
}
