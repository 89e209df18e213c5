import CLinux
import Netlink
import Virtio

extension NewDevice {
    /// The attributes of `VDPA_CMD_DEV_NEW`. The bus name must be given if, and only if, the management device has one.
    var attributes: [RequestAttribute] {
        var attributes: [RequestAttribute] = [
            .string(UInt16(CLINUX_VDPA_ATTR_DEV_NAME), name.string),
            .string(UInt16(CLINUX_VDPA_ATTR_MGMTDEV_DEV_NAME), managementDevice),
        ]
        if let busName { attributes.append(.string(UInt16(CLINUX_VDPA_ATTR_MGMTDEV_BUS_NAME), busName)) }
        if let macAddress {
            attributes.append(.bytes(UInt16(CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR), macAddress.bytes))
        }
        if let mtu { attributes.append(.integer(UInt16(CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU), mtu)) }
        if let maximumQueuePairs {
            attributes.append(.integer(UInt16(CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP), maximumQueuePairs))
        }
        if let features { attributes.append(.integer(UInt16(CLINUX_VDPA_ATTR_DEV_FEATURES), features.rawValue)) }
        return attributes
    }
}
