import CLinux
import Netlink
import Virtio

extension NetlinkConfiguration {
    /// Reads an answer to `VDPA_CMD_DEV_CONFIG_GET`; padding and unknown attributes are passed over.
    init(_ reader: inout AttributeReader) throws(NetlinkError) {
        self.init()
        var network = ConfigurationImage()
        var block = ConfigurationImage()
        while let attribute = try reader.next() {
            switch Int(attribute.type) {
            case CLINUX_VDPA_ATTR_DEV_ID:
                deviceClass = DeviceClass(id: try attribute.integer())
            case CLINUX_VDPA_ATTR_DEV_FEATURES:
                features = Features(rawValue: try attribute.integer())
            case CLINUX_VDPA_ATTR_DEV_NEGOTIATED_FEATURES:
                negotiatedFeatures = Features(rawValue: try attribute.integer())
            default:
                try Self.readNetwork(attribute, into: &network)
                try Self.readBlock(attribute, into: &block)
            }
        }
        // Only the class tells what attribute 21 means: some kernels give that number to a mask of features.
        if deviceClass == .net {
            self.network = NetworkConfiguration(bytes: network.bytes, features: network.features)
        } else if deviceClass == .block {
            self.block = BlockConfiguration(bytes: block.bytes, features: block.features)
        }
    }

    private static func readNetwork(
        _ attribute: borrowing Attribute, into image: inout ConfigurationImage
    ) throws(NetlinkError) {
        switch Int(attribute.type) {
        case CLINUX_VDPA_ATTR_DEV_NET_CFG_MACADDR:
            image.put(MACAddress(bytes: attribute.bytes()), at: 0, with: 5)
        case CLINUX_VDPA_ATTR_DEV_NET_STATUS:
            // The header's comment says u8; the kernel sends u16.
            let status: UInt16 =
                attribute.payload.byteCount == 1
                ? UInt16(try attribute.integer(as: UInt8.self)) : try attribute.integer()
            image.put(status, at: 6, with: 16)
        case CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP:
            image.put(try attribute.integer(as: UInt16.self), at: 8, with: 22)
        case CLINUX_VDPA_ATTR_DEV_NET_CFG_MTU:
            image.put(try attribute.integer(as: UInt16.self), at: 10, with: 3)
        default: break
        }
    }

    private static func readBlock(
        _ attribute: borrowing Attribute, into image: inout ConfigurationImage
    ) throws(NetlinkError) {
        switch Int(attribute.type) {
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_CAPACITY:
            image.put(try attribute.integer(as: UInt64.self), at: 0)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_SIZE_MAX:
            image.put(try attribute.integer(as: UInt32.self), at: 8, with: 1)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_SEG_MAX:
            image.put(try attribute.integer(as: UInt32.self), at: 12, with: 2)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_BLK_SIZE:
            image.put(try attribute.integer(as: UInt32.self), at: 20, with: 6)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_PHY_BLK_EXP:
            image.put(try attribute.integer(as: UInt8.self), at: 24, with: 10)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_ALIGN_OFFSET:
            image.put(try attribute.integer(as: UInt8.self), at: 25, with: 10)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_MIN_IO_SIZE:
            image.put(try attribute.integer(as: UInt16.self), at: 26, with: 10)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_OPT_IO_SIZE:
            image.put(try attribute.integer(as: UInt32.self), at: 28, with: 10)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_NUM_QUEUES:
            image.put(try attribute.integer(as: UInt16.self), at: 34, with: 12)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEC:
            image.put(try attribute.integer(as: UInt32.self), at: 36, with: 13)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_MAX_DISCARD_SEG:
            image.put(try attribute.integer(as: UInt32.self), at: 40, with: 13)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_DISCARD_SEC_ALIGN:
            image.put(try attribute.integer(as: UInt32.self), at: 44, with: 13)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEC:
            image.put(try attribute.integer(as: UInt32.self), at: 48, with: 14)
        case CLINUX_VDPA_ATTR_DEV_BLK_CFG_MAX_WRITE_ZEROES_SEG:
            image.put(try attribute.integer(as: UInt32.self), at: 52, with: 14)
        // READ_ONLY and FLUSH repeat the offered features RO and FLUSH (`vdpa_dev_blk_ro_config_fill`).
        default: break
        }
    }
}
