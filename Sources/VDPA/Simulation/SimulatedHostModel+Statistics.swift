import Netlink
import SystemPackage
import Virtio

extension SimulatedHostModel {
    /// The answer to `VDPA_CMD_DEV_VSTATS_GET` of one queue, and what was negotiated.
    mutating func counters(
        of name: DeviceName, queue index: UInt32, at now: UInt64
    ) throws(NetlinkError) -> (negotiated: Features, counters: [DeviceStatistics.Counter]) {
        guard index <= 0x8000 else { throw .refused(.outOfRange, "vdpa: queue index exceeds max value") }
        guard var device = devices[name] else { throw .noDevice }
        guard device.deviceClass == .net else { throw .refused(.notSupportedOnSocket) }
        guard device.status.contains(.featuresOK) else {
            throw .refused(.resourceTemporarilyUnavailable, "vdpa: feature negotiation not complete")
        }
        guard index < UInt32(device.queues.count) else { throw .refused(.invalidArgument) }
        device.advance(to: now)
        devices[name] = device
        return (device.driverFeatures, device.counters(ofQueue: Int(index)))
    }
}

extension SimulatedDevice {
    /// How many bytes each request of the simulated VMM carries.
    private static let bytesPerPacket: UInt64 = 64

    /// What `vdpa_sim_net` counts for receive, transmit and control; only what the VMM's I/O moves is not 0.
    fileprivate func counters(ofQueue index: Int) -> [DeviceStatistics.Counter] {
        let packets = statistics.packets[index]
        let values: [(String, UInt64)] =
            switch index {
            case 0:
                [
                    ("rx packets", packets), ("rx bytes", packets * Self.bytesPerPacket), ("rx errors", 0),
                    ("rx overruns", 0), ("rx drops", 0),
                ]
            case 1:
                [
                    ("tx packets", packets), ("tx bytes", packets * Self.bytesPerPacket), ("tx errors", 0),
                    ("tx drops", 0),
                ]
            default: [("cvq requests", packets), ("cvq successes", packets), ("cvq errors", 0)]
            }
        return values.map { DeviceStatistics.Counter(name: $0, value: $1) }
    }
}
