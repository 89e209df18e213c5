import CLinux
import Netlink
import Virtio

/// One answer to `VDPA_CMD_DEV_GET`.
struct DeviceReply: Sendable, Hashable {
    /// The device's name, which may be none that vdpad takes.
    var name = ""
    var deviceClass: DeviceClass?
    var managementDevice: String?
    var vendorID: UInt32?
    var queueCount: UInt32?
    var maximumQueueSize: UInt16?
    var minimumQueueSize: UInt16?
}

extension DeviceReply {
    /// Reads the attributes in any order; padding and unknown ones are passed over.
    init(_ reader: inout AttributeReader) throws(NetlinkError) {
        self.init()
        var busName: String?
        while let attribute = try reader.next() {
            switch Int(attribute.type) {
            case CLINUX_VDPA_ATTR_MGMTDEV_BUS_NAME: busName = attribute.string()
            case CLINUX_VDPA_ATTR_MGMTDEV_DEV_NAME: managementDevice = attribute.string()
            case CLINUX_VDPA_ATTR_DEV_NAME: name = attribute.string()
            case CLINUX_VDPA_ATTR_DEV_ID: deviceClass = DeviceClass(id: try attribute.integer())
            case CLINUX_VDPA_ATTR_DEV_VENDOR_ID: vendorID = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_MAX_VQS: queueCount = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_MAX_VQ_SIZE: maximumQueueSize = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_MIN_VQ_SIZE: minimumQueueSize = try attribute.integer()
            default: break
            }
        }
        if let busName, let name = managementDevice { managementDevice = "\(busName)/\(name)" }
    }
}
