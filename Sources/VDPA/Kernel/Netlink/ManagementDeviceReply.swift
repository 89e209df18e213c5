import CLinux
import Netlink
import Virtio

/// One answer to `VDPA_CMD_MGMTDEV_GET`.
struct ManagementDeviceReply {
    /// The device; nil when the kernel did not tell its name.
    var device: ManagementDevice?

    /// Reads the attributes in any order; padding and unknown ones are passed over.
    init(_ reader: inout AttributeReader) throws(NetlinkError) {
        var busName: String?
        var name: String?
        var classes: UInt64 = 0
        var maximumQueues: UInt32 = 0
        var features: UInt64 = 0
        while let attribute = try reader.next() {
            switch Int(attribute.type) {
            case CLINUX_VDPA_ATTR_MGMTDEV_BUS_NAME: busName = attribute.string()
            case CLINUX_VDPA_ATTR_MGMTDEV_DEV_NAME: name = attribute.string()
            case CLINUX_VDPA_ATTR_MGMTDEV_SUPPORTED_CLASSES: classes = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_MGMTDEV_MAX_VQS: maximumQueues = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_SUPPORTED_FEATURES: features = try attribute.integer()
            default: break
            }
        }
        guard let name else { return }
        device = ManagementDevice(
            busName: busName, name: name,
            classes: (0..<UInt32(64)).filter { classes & 1 << UInt64($0) != 0 }.map { DeviceClass(id: $0) },
            // Drivers that do not say leave 0: a device without queues or without VERSION_1 does not exist.
            maximumQueues: maximumQueues == 0 ? nil : maximumQueues,
            features: features == 0 ? nil : Features(rawValue: features))
    }
}
