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

    /// `VHOST_VDPA_SET_CONFIG`: EINVAL as for reading. The network simulator stores any byte; the block simulator makes its
    /// configuration anew at every read, so that it stores none, and says nothing of that.
    mutating func writeConfiguration(offset: UInt32, _ bytes: [UInt8]) throws(Errno) {
        let end = UInt64(offset) + UInt64(bytes.count)
        guard !bytes.isEmpty, end <= UInt64(configuration.count) else { throw .invalidArgument }
        guard deviceClass == .net else { return }
        configuration.replaceSubrange(Int(offset)..<Int(end), with: bytes)
    }
}
