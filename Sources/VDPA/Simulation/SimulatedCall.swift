/// The calls of a simulated host that can be counted, made to fail, delayed and held up, by the names of the kernel.
package enum SimulatedCall: String, Sendable, Hashable, CaseIterable {
    case open
    /// Everything that goes through netlink; concerns no single device.
    case netlink
    /// The search through the processes; concerns no single device.
    case scan
    /// Reading and writing `drivers_autoprobe`; concerns no single device.
    case autoprobe = "drivers_autoprobe"
    case bind
    case unbind
    /// Changing the rights of a node.
    case chown
    case getDeviceID = "VHOST_VDPA_GET_DEVICE_ID"
    case getStatus = "VHOST_VDPA_GET_STATUS"
    case setStatus = "VHOST_VDPA_SET_STATUS"
    case getFeatures = "VHOST_GET_FEATURES"
    case setFeatures = "VHOST_SET_FEATURES"
    case getBackendFeatures = "VHOST_GET_BACKEND_FEATURES"
    case setBackendFeatures = "VHOST_SET_BACKEND_FEATURES"
    case setOwner = "VHOST_SET_OWNER"
    case getVringNum = "VHOST_VDPA_GET_VRING_NUM"
    case getQueueCount = "VHOST_VDPA_GET_VQS_COUNT"
    case getGroupCount = "VHOST_VDPA_GET_GROUP_NUM"
    case getAddressSpaceCount = "VHOST_VDPA_GET_AS_NUM"
    case getIOVARange = "VHOST_VDPA_GET_IOVA_RANGE"
    case getConfigurationSize = "VHOST_VDPA_GET_CONFIG_SIZE"
    case getConfiguration = "VHOST_VDPA_GET_CONFIG"
    case setConfiguration = "VHOST_VDPA_SET_CONFIG"
    case suspend = "VHOST_VDPA_SUSPEND"
    case resume = "VHOST_VDPA_RESUME"
    case setVringNum = "VHOST_SET_VRING_NUM"
    case setVringBase = "VHOST_SET_VRING_BASE"
    case getVringBase = "VHOST_GET_VRING_BASE"
    case getVringSize = "VHOST_VDPA_GET_VRING_SIZE"
    case setVringEnable = "VHOST_VDPA_SET_VRING_ENABLE"
    case getVringGroup = "VHOST_VDPA_GET_VRING_GROUP"
    case getVringDescriptorGroup = "VHOST_VDPA_GET_VRING_DESC_GROUP"
    case setGroupAddressSpace = "VHOST_VDPA_SET_GROUP_ASID"
    case getConfigurationByNetlink = "VDPA_CMD_DEV_CONFIG_GET"
    case create = "VDPA_CMD_DEV_NEW"
    case delete = "VDPA_CMD_DEV_DEL"
    case setAttribute = "VDPA_CMD_DEV_ATTR_SET"
    case getVendorStatistics = "VDPA_CMD_DEV_VSTATS_GET"
}
