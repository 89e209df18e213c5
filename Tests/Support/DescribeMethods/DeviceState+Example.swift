import DeviceState
import Virtio

extension DeviceState {
    /// A network device of another host, as far as an agent knows it before the VM is stopped.
    static var example: DeviceState {
        // MTU, MAC, VERSION_1 and ACCESS_PLATFORM.
        let features = Features(rawValue: 0x3_0000_0028)
        return DeviceState(
            source: Source(
                host: "host-b", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-01-02T03:04:05.678Z",
                managementDevice: "pci/0000:01:00.2"),
            identity: Identity(name: .placeholder, deviceClass: .net, vendorID: 0x1af4),
            standard: Standard(
                deviceClass: .net, status: DeviceStatus(rawValue: 0x0f), deviceFeatures: features,
                negotiatedFeatures: features, backendFeatures: BackendFeatures(rawValue: 0x17e),
                configuration: [2, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0x78, 5], queueCount: 2,
                queues: (0...1).map { Queue(index: $0, maximumSize: 256, size: 256, format: .split) },
                groupCount: 1, addressSpaceCount: 1, iovaRange: AddressRange(first: 0, last: 0xffff_ffff_ffff)),
            completeness: Completeness(
                missing: (0...1).map { index in
                    MissingPart(
                        part: "standard.queues[\(index)].position", reason: "the device is not suspended",
                        supplier: .vdpad)
                }),
            stability: Stability(suspended: false, vouched: false, verification: []))
    }
}
