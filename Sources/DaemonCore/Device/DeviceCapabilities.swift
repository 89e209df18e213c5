import VDPA
import Virtio

/// What only an open descriptor tells of a device, and does not change while the device is on the bus.
struct DeviceCapabilities: Sendable, Hashable {
    let backendFeatures: BackendFeatures
    let configurationSize: UInt32?
    let maximumQueueSize: UInt16
    let groupCount: UInt32?
    let addressSpaceCount: UInt32?
    let iovaRange: AddressRange?

    init(_ observation: DeviceObservation) {
        backendFeatures = observation.backendFeatures
        configurationSize = observation.configurationSize
        maximumQueueSize = observation.maximumQueueSize
        groupCount = observation.groupCount
        addressSpaceCount = observation.addressSpaceCount
        iovaRange = observation.iovaRange
    }
}
