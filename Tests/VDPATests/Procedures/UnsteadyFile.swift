import LinuxIO
import Virtio

@testable import VDPA

/// A running network device whose answers change from reading to reading.
final class UnsteadyFile: OwnedVhostVDPAFile {
    /// Answers of `GET_CONFIG` in their order; the last one again and again.
    var configurations: [[UInt8]] = [[1, 2, 3, 4]]
    /// Answers of `GET_VRING_BASE` in their order, by queue; the last one again and again.
    var bases: [UInt32: [UInt32]] = [:]
    /// What is offered; SUSPEND or not.
    var offered: BackendFeatures = [.suspend, .resume]

    private func next<Value>(_ values: inout [Value]) -> Value {
        values.count > 1 ? values.removeFirst() : values[0]
    }

    func configuration(offset: UInt32, count: UInt32) -> [UInt8] { next(&configurations) }
    func ringBase(queue: UInt32) -> UInt32 { next(&bases[queue, default: [0]]) }

    func deviceClass() -> DeviceClass { .net }
    func status() -> DeviceStatus { [.acknowledge, .driver, .featuresOK, .driverOK] }
    func features() -> Features { [.version1, .accessPlatform] }
    func backendFeatures() -> BackendFeatures { offered }
    func maximumQueueSize() -> UInt16 { 256 }
    func queueCount() -> UInt32? { 2 }
    func groupCount() -> UInt32? { 1 }
    func addressSpaceCount() -> UInt32? { 1 }
    func iovaRange() -> AddressRange? { nil }
    func configurationSize() -> UInt32? { 4 }
    func clearsStatusBits() -> Bool { false }
    func holderHasExited() -> Bool { false }
    func ringSize(queue: UInt32) -> UInt32? { 256 }
    func group(queue: UInt32) -> UInt32? { 0 }
    func descriptorGroup(queue: UInt32) -> UInt32? { nil }

    func setStatus(_ status: DeviceStatus) {}
    func setFeatures(_ features: Features) {}
    func setBackendFeatures(_ features: BackendFeatures) {}
    func suspend() {}
    func resume() {}
    func setConfiguration(offset: UInt32, _ bytes: [UInt8]) {}
    func setAddressSpace(_ space: UInt32, group: UInt32) -> Bool { true }
    func setRingSize(_ size: UInt16, queue: UInt32) {}
    func setRingBase(_ base: UInt32, queue: UInt32) {}
    func enableRing(queue: UInt32) {}
}
