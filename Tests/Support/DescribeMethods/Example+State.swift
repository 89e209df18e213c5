import DeviceState
import JSON
import Virtio

extension Example {
    /// The state of a network device that has worked, as a document.
    static func state(of name: String) throws -> JSONValue {
        let features = Features(rawValue: 0x3_0883_0028)
        // MAC address, link up, no queue pairs, MTU 1500.
        let configuration: [UInt8] = [2, 0, 0, 0, 0, 7, 1, 0, 0, 0, 220, 5] + Array(repeating: 0, count: 12)
        let queues = [UInt16(4_711), 815, 3].enumerated().map { index, position in
            DeviceState.Queue(
                index: UInt16(index), maximumSize: 256, size: 256, format: .split,
                position: .split(availableIndex: position))
        }
        let state = DeviceState(
            source: DeviceState.Source(
                host: "host-a", kernel: "6.12.0", vdpad: "0.1.0", time: "2026-01-02T03:04:05.678Z",
                managementDevice: "simnet0"),
            identity: DeviceState.Identity(name: try DeviceName(name), deviceClass: .net, vendorID: 0),
            standard: DeviceState.Standard(
                deviceClass: .net, status: [.acknowledge, .driver, .featuresOK, .driverOK], deviceFeatures: features,
                negotiatedFeatures: features, backendFeatures: BackendFeatures(rawValue: 0x17e),
                configuration: configuration, queueCount: 3,
                queues: queues, groupCount: nil, addressSpaceCount: nil, iovaRange: nil),
            completeness: DeviceState.Completeness(missing: []),
            stability: DeviceState.Stability(suspended: true, vouched: true, verification: []))
        return state.document
    }
}
