import CLinux
import Virtio

extension VhostVDPADescriptor: VhostVDPAFile {
    borrowing func deviceClass() throws(HostError) -> DeviceClass {
        DeviceClass(id: UInt32(try call("VHOST_VDPA_GET_DEVICE_ID") { clinux_vhost_vdpa_get_device_id($0) }))
    }

    borrowing func status() throws(HostError) -> DeviceStatus {
        DeviceStatus(rawValue: UInt8(try call("VHOST_VDPA_GET_STATUS") { clinux_vhost_vdpa_get_status($0) }))
    }

    borrowing func setStatus(_ status: DeviceStatus) throws(HostError) {
        try call("VHOST_VDPA_SET_STATUS") { clinux_vhost_vdpa_set_status($0, status.rawValue) }
    }

    /// False: `vhost_vdpa_set_status` refuses a value other than 0 that lacks a bit which is set.
    borrowing func clearsStatusBits() -> Bool { false }

    borrowing func features() throws(HostError) -> Features {
        var mask: UInt64 = 0
        try call("VHOST_GET_FEATURES") { unsafe clinux_vhost_get_features($0, &mask) }
        return Features(rawValue: mask)
    }

    borrowing func setFeatures(_ features: Features) throws(HostError) {
        try call("VHOST_SET_FEATURES") { clinux_vhost_set_features($0, features.rawValue) }
    }

    borrowing func backendFeatures() throws(HostError) -> BackendFeatures {
        var mask: UInt64 = 0
        try call("VHOST_GET_BACKEND_FEATURES") { unsafe clinux_vhost_get_backend_features($0, &mask) }
        return BackendFeatures(rawValue: mask)
    }

    borrowing func setBackendFeatures(_ features: BackendFeatures) throws(HostError) {
        try call("VHOST_SET_BACKEND_FEATURES") { clinux_vhost_set_backend_features($0, features.rawValue) }
    }

    borrowing func maximumQueueSize() throws(HostError) -> UInt16 {
        UInt16(truncatingIfNeeded: try call("VHOST_VDPA_GET_VRING_NUM") { clinux_vhost_vdpa_get_vring_num($0) })
    }

    borrowing func queueCount() throws(HostError) -> UInt32? {
        try callIfKnown("VHOST_VDPA_GET_VQS_COUNT") { clinux_vhost_vdpa_get_vqs_count($0) }.map { UInt32($0) }
    }

    borrowing func groupCount() throws(HostError) -> UInt32? {
        try callIfKnown("VHOST_VDPA_GET_GROUP_NUM") { clinux_vhost_vdpa_get_group_num($0) }.map { UInt32($0) }
    }

    borrowing func addressSpaceCount() throws(HostError) -> UInt32? {
        try callIfKnown("VHOST_VDPA_GET_AS_NUM") { clinux_vhost_vdpa_get_as_num($0) }.map { UInt32($0) }
    }

    borrowing func iovaRange() throws(HostError) -> AddressRange? {
        var first: UInt64 = 0
        var last: UInt64 = 0
        let known = try callIfKnown("VHOST_VDPA_GET_IOVA_RANGE") {
            unsafe clinux_vhost_vdpa_get_iova_range($0, &first, &last)
        }
        return known == nil ? nil : AddressRange(first: first, last: last)
    }

    borrowing func configurationSize() throws(HostError) -> UInt32? {
        try callIfKnown("VHOST_VDPA_GET_CONFIG_SIZE") { clinux_vhost_vdpa_get_config_size($0) }.map { UInt32($0) }
    }

    borrowing func configuration(offset: UInt32, count: UInt32) throws(HostError) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        try call("VHOST_VDPA_GET_CONFIG") { unsafe clinux_vhost_vdpa_get_config($0, offset, count, &bytes) }
        return bytes
    }

    borrowing func suspend() throws(HostError) {
        try call("VHOST_VDPA_SUSPEND") { clinux_vhost_vdpa_suspend($0) }
    }

    borrowing func resume() throws(HostError) {
        try call("VHOST_VDPA_RESUME") { clinux_vhost_vdpa_resume($0) }
    }
}

extension VhostVDPADescriptor: OwnedVhostVDPAFile {
    borrowing func ringBase(queue: UInt32) throws(HostError) -> UInt32 {
        UInt32(try call("VHOST_GET_VRING_BASE") { clinux_vhost_get_vring_base($0, queue) })
    }

    borrowing func ringSize(queue: UInt32) throws(HostError) -> UInt32? {
        try callIfImplemented("VHOST_VDPA_GET_VRING_SIZE") { clinux_vhost_vdpa_get_vring_size($0, queue) }
            .map { UInt32($0) }
    }

    borrowing func group(queue: UInt32) throws(HostError) -> UInt32? {
        try callIfImplemented("VHOST_VDPA_GET_VRING_GROUP") { clinux_vhost_vdpa_get_vring_group($0, queue) }
            .map { UInt32($0) }
    }

    borrowing func descriptorGroup(queue: UInt32) throws(HostError) -> UInt32? {
        try callIfImplemented("VHOST_VDPA_GET_VRING_DESC_GROUP") {
            clinux_vhost_vdpa_get_vring_desc_group($0, queue)
        }.map { UInt32($0) }
    }

    borrowing func setConfiguration(offset: UInt32, _ bytes: [UInt8]) throws(HostError) {
        try call("VHOST_VDPA_SET_CONFIG") {
            unsafe clinux_vhost_vdpa_set_config($0, offset, UInt32(bytes.count), bytes)
        }
    }

    // The kernel compares the group with the number of queues before it compares it with the number of groups.
    borrowing func setAddressSpace(_ space: UInt32, group: UInt32) throws(HostError) -> Bool {
        try callIfImplemented("VHOST_VDPA_SET_GROUP_ASID") {
            clinux_vhost_vdpa_set_group_asid($0, group, space)
        } != nil
    }

    borrowing func setRingSize(_ size: UInt16, queue: UInt32) throws(HostError) {
        try call("VHOST_SET_VRING_NUM") { clinux_vhost_set_vring_num($0, queue, UInt32(size)) }
    }

    borrowing func setRingBase(_ base: UInt32, queue: UInt32) throws(HostError) {
        try call("VHOST_SET_VRING_BASE") { clinux_vhost_set_vring_base($0, queue, base) }
    }

    borrowing func enableRing(queue: UInt32) throws(HostError) {
        try call("VHOST_VDPA_SET_VRING_ENABLE") { clinux_vhost_vdpa_set_vring_enable($0, queue, 1) }
    }
}
