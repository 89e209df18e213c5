import CLinux
import LinuxIO
import Virtio

extension VhostVDPADescriptor {
    /// `VHOST_SET_OWNER`: binds the open file to this process's address space until the last close.
    borrowing func setOwner() throws(HostError) {
        try call("VHOST_SET_OWNER") { clinux_vhost_set_owner($0) }
    }

    /// `VHOST_SET_VRING_ADDR`: where the ring's three areas are, as I/O virtual addresses.
    borrowing func setRingAddresses(_ addresses: RingAddresses, queue: UInt32) throws(HostError) {
        try call("VHOST_SET_VRING_ADDR") {
            clinux_vhost_set_vring_addr(
                $0, queue, addresses.descriptors, addresses.available, addresses.used)
        }
    }

    /// `VHOST_SET_VRING_KICK`: the eventfd by which the driver tells the device of new buffers.
    borrowing func setKick(_ event: borrowing OwnedDescriptor, queue: UInt32) throws(HostError) {
        let number = event.rawValue
        try call("VHOST_SET_VRING_KICK") { clinux_vhost_set_vring_kick($0, queue, number) }
    }

    /// `VHOST_SET_VRING_CALL`: the eventfd by which the device tells the driver of used buffers.
    borrowing func setCall(_ event: borrowing OwnedDescriptor, queue: UInt32) throws(HostError) {
        let number = event.rawValue
        try call("VHOST_SET_VRING_CALL") { clinux_vhost_set_vring_call($0, queue, number) }
    }

    /// `VHOST_VDPA_SET_CONFIG_CALL`: the eventfd for changes of the configuration; the device has one slot.
    borrowing func setConfigurationCall(_ event: borrowing OwnedDescriptor) throws(HostError) {
        let number = event.rawValue
        try call("VHOST_VDPA_SET_CONFIG_CALL") { clinux_vhost_vdpa_set_config_call($0, number) }
    }

    /// Maps memory of this process for the device, for as long as the device is open.
    ///
    /// - Throws: `HostError` `kernel`: the kernel answers EFAULT whatever the reason, RLIMIT_MEMLOCK included.
    borrowing func map(_ memory: borrowing RingMemory, at iova: UInt64, in space: UInt32) throws(HostError) {
        let size = UInt64(memory.byteCount)
        try call("IOTLB UPDATE") {
            unsafe clinux_vhost_iotlb_write(
                $0, space, UInt8(CLINUX_VHOST_IOTLB_UPDATE), iova, size, memory.address,
                UInt8(CLINUX_VHOST_ACCESS_READ_WRITE))
        }
    }
}
