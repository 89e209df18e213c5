import DeviceState
import JSON
import Virtio

enum Example {
    /// A complete state of a suspended network device.
    static func net() throws -> DeviceState {
        DeviceState(
            source: DeviceState.Source(
                host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z",
                managementDevice: "vdpasim_net"),
            identity: DeviceState.Identity(name: try DeviceName("net0"), deviceClass: .net, vendorID: 0),
            standard: DeviceState.Standard(
                deviceClass: .net, status: DeviceStatus(rawValue: 0x0f),
                deviceFeatures: [Features(bit: 3), Features(bit: 5), .version1, .accessPlatform],
                negotiatedFeatures: [Features(bit: 5), .version1, .accessPlatform],
                backendFeatures: BackendFeatures(rawValue: 0x17e),
                configuration: [0x52, 0x54, 0, 0x12, 0x34, 0x56, 1, 0, 1, 0, 0xdc, 5], queueCount: 2,
                queues: [
                    DeviceState.Queue(
                        index: 1, maximumSize: 256, size: 128, format: .split, position: .split(availableIndex: 3),
                        group: 1, addressSpace: 1),
                    DeviceState.Queue(
                        index: 0, maximumSize: 256, size: 256, format: .split, position: .split(availableIndex: 65535),
                        group: 0, addressSpace: 0),
                ],
                groupCount: 2, addressSpaceCount: 2, iovaRange: AddressRange(first: 0, last: .max)),
            completeness: DeviceState.Completeness(missing: []),
            stability: DeviceState.Stability(
                suspended: true, vouched: true, operation: "op-1", mechanism: "ioctl",
                assertedAt: "2026-11-21T06:40:12Z", verification: ["positionsReadTwice"]))
    }

    /// What is known of a block device that nobody holds.
    static func idleBlock() throws -> DeviceState {
        DeviceState(
            source: DeviceState.Source(host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-11-21T06:40:13Z"),
            identity: DeviceState.Identity(name: try DeviceName("blk0"), deviceClass: .block, vendorID: nil),
            standard: DeviceState.Standard(
                deviceClass: .block, status: nil, deviceFeatures: nil, negotiatedFeatures: nil, backendFeatures: nil,
                configuration: nil, queueCount: nil, queues: [], groupCount: nil, addressSpaceCount: nil,
                iovaRange: nil),
            implementation: [
                DeviceState.ImplementationSection(format: "example/1", required: true, data: ["z": [1], "a": 2.5])
            ],
            completeness: DeviceState.Completeness(missing: [
                DeviceState.MissingPart(part: "standard.status", reason: "nobody holds the device", supplier: .vdpad)
            ]),
            stability: DeviceState.Stability(suspended: false, vouched: false, verification: []))
    }
}

extension Example {
    /// A document of few bytes that has numbers, flags, masks and text.
    static func small() throws -> DeviceState {
        DeviceState(
            source: DeviceState.Source(host: "a", kernel: "6", vdpad: "1", time: "2026-11-21T06:40:13Z"),
            identity: DeviceState.Identity(name: try DeviceName("n"), deviceClass: .net, vendorID: nil),
            standard: DeviceState.Standard(
                status: NamedMask(DeviceStatus(rawValue: 1), negotiated: []), queueCount: 1,
                queues: [DeviceState.Queue(index: 0, size: 8, position: .split(availableIndex: 7))]),
            completeness: DeviceState.Completeness(missing: [
                DeviceState.MissingPart(part: "standard.configuration", reason: "", supplier: .vdpad)
            ]),
            stability: DeviceState.Stability(suspended: true, vouched: true, verification: []))
    }
}
