import CLinux
import Virtio

/// The device classes that the simulated host has, with the figures of `vdpa_sim_net` and `vdpa_sim_blk` in Linux 6.12.
package enum SimulatedClass: String, Sendable, Hashable, CaseIterable {
    case net
    case block

    /// The largest ring size of both.
    static let maximumQueueSize: UInt16 = 256
    /// What the kernel offers for both: bits 1 to 6 and 8, so SUSPEND and RESUME are among them.
    static let backendFeatures = BackendFeatures(rawValue: 0x17e)
    /// The bits without which no simulator accepts a driver's features.
    static let requiredFeatures = Features(rawValue: 1 << 33)

    /// The virtio class.
    var deviceClass: DeviceClass {
        switch self {
        case .net: .net
        case .block: .block
        }
    }

    /// The management device that creates devices of this class.
    var managementDevice: String {
        switch self {
        case .net: "simnet0"
        case .block: "simblk0"
        }
    }

    /// What netlink shows of that management device.
    var managementDeviceAsListed: ManagementDevice {
        ManagementDevice(
            busName: nil, name: managementDevice, classes: [deviceClass], maximumQueues: UInt32(queueCount),
            features: features)
    }

    /// What a fresh device offers.
    var features: Features {
        switch self {
        case .net: Features(rawValue: 0x3_0883_0028)
        case .block: Features(rawValue: 0x3_0800_7646)
        }
    }

    /// The attributes that the management device takes for a new device, one bit for each id.
    var provisionableAttributes: UInt64 {
        switch self {
        case .net:
            1 << CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR | 1 << CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU
                | 1 << CLINUX_VDPA_ATTR_DEV_FEATURES
        case .block: 0
        }
    }

    /// How many virtqueues: receive, transmit and control, or one request queue.
    var queueCount: Int {
        switch self {
        case .net: 3
        case .block: 1
        }
    }

    /// How many virtqueue groups, and as many address spaces.
    var groupCount: Int {
        switch self {
        case .net: 2
        case .block: 1
        }
    }

    /// The group of a queue: the control queue has one of its own.
    func group(ofQueue index: Int) -> UInt32 {
        self == .net && index == 2 ? 1 : 0
    }

    /// The configuration space of a fresh device.
    var configuration: [UInt8] {
        switch self {
        case .net: SimulatedClass.netConfiguration
        case .block: SimulatedClass.blockConfiguration
        }
    }

    /// `struct virtio_net_config` up to the hash types: no MAC, link up, no queue pairs, MTU 1500.
    private static var netConfiguration: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 24)
        bytes.store(UInt16(1), at: 6)
        bytes.store(UInt16(1500), at: 10)
        return bytes
    }

    /// `struct virtio_blk_config`: 128 MiB in sectors of 512 bytes, one queue.
    private static var blockConfiguration: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 96)
        bytes.store(UInt64(0x40000), at: 0)
        bytes.store(UInt32(4096), at: 8)
        bytes.store(UInt32(32), at: 12)
        bytes.store(UInt32(512), at: 20)
        bytes.store(UInt16(1), at: 26)
        bytes.store(UInt32(1), at: 28)
        bytes.store(UInt16(1), at: 34)
        bytes.store(UInt32(0xffff), at: 36)
        bytes.store(UInt32(1), at: 40)
        bytes.store(UInt32(1), at: 44)
        bytes.store(UInt32(0xffff), at: 48)
        bytes.store(UInt32(1), at: 52)
        return bytes
    }
}

extension [UInt8] {
    /// Writes an integer in little-endian order.
    mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
        for index in 0..<value.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
        }
    }
}
