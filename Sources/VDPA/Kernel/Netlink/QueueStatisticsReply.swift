import CLinux
import Netlink
import Virtio

/// One answer to `VDPA_CMD_DEV_VSTATS_GET`.
struct QueueStatisticsReply {
    var negotiatedFeatures: Features?
    var maximumQueuePairs: UInt16?
    /// Names and values come as pairs of attributes, one pair after the other, and a name may come again.
    var counters: [DeviceStatistics.Counter] = []
}

extension QueueStatisticsReply {
    /// Reads the attributes; padding and unknown ones are passed over.
    init(_ reader: inout AttributeReader) throws(NetlinkError) {
        self.init()
        var name: String?
        while let attribute = try reader.next() {
            switch Int(attribute.type) {
            case CLINUX_VDPA_ATTR_DEV_NEGOTIATED_FEATURES:
                negotiatedFeatures = Features(rawValue: try attribute.integer())
            case CLINUX_VDPA_ATTR_DEV_NET_CFG_MAX_VQP: maximumQueuePairs = try attribute.integer()
            case CLINUX_VDPA_ATTR_DEV_VENDOR_ATTR_NAME: name = attribute.string()
            case CLINUX_VDPA_ATTR_DEV_VENDOR_ATTR_VALUE:
                guard let counter = name else {
                    throw NetlinkError(code: .malformed, message: "a counter's value comes without its name")
                }
                counters.append(DeviceStatistics.Counter(name: counter, value: try attribute.integer()))
                name = nil
            default: break
            }
        }
    }
}
