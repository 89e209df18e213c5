import SystemPackage
import Virtio

extension SimulatedDevice {
    /// `VHOST_VDPA_GET_CONFIG`: EINVAL for no bytes and beyond the end.
    mutating func readConfiguration(offset: UInt32, count: UInt32) throws(Errno) -> [UInt8] {
        let end = UInt64(offset) + UInt64(count)
        guard count > 0, end <= UInt64(configuration.count) else { throw .invalidArgument }
        if driverFeatures.isEmpty { statistics.wasReadAsLegacy = true }
        return Array(configuration[Int(offset)..<Int(end)])
    }
}
