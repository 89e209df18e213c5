public import Virtio

/// An open file description of a vhost-vdpa node: the calls that anybody may make who has a descriptor of it.
///
/// Two types conform: a descriptor of the kernel's, and one of the simulated host's model. Numbers, layouts and errnos
/// are those of `include/uapi/linux/vhost.h` and `drivers/vhost/vdpa.c`. Every call takes the device's mutex in the
/// kernel, uninterruptibly, so none may be made on the daemon's loop.
public protocol VhostVDPAFile: ~Copyable {
    /// `VHOST_VDPA_GET_DEVICE_ID`: the device's class.
    borrowing func deviceClass() throws(HostError) -> DeviceClass
    /// `VHOST_VDPA_GET_STATUS`: the status byte.
    borrowing func status() throws(HostError) -> DeviceStatus
    /// `VHOST_VDPA_SET_STATUS`: adds bits, or resets with 0. Returning is no proof that the device accepted.
    borrowing func setStatus(_ status: DeviceStatus) throws(HostError)
    /// `VHOST_GET_FEATURES`: what the device offers.
    borrowing func features() throws(HostError) -> Features
    /// `VHOST_SET_FEATURES`: what the driver accepts.
    borrowing func setFeatures(_ features: Features) throws(HostError)
    /// `VHOST_GET_BACKEND_FEATURES`: what the kernel offers for the device.
    borrowing func backendFeatures() throws(HostError) -> BackendFeatures
    /// `VHOST_SET_BACKEND_FEATURES`: replaces the acknowledged bits of every user of the description; owner's use only.
    borrowing func setBackendFeatures(_ features: BackendFeatures) throws(HostError)
    /// `VHOST_VDPA_GET_VRING_NUM`: the largest ring size.
    borrowing func maximumQueueSize() throws(HostError) -> UInt16
    /// `VHOST_VDPA_GET_VQS_COUNT`; nil when the kernel does not know the call.
    borrowing func queueCount() throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_GROUP_NUM`; nil when the kernel does not know the call.
    borrowing func groupCount() throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_AS_NUM`; nil when the kernel does not know the call.
    borrowing func addressSpaceCount() throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_IOVA_RANGE`; nil when the kernel does not know the call.
    borrowing func iovaRange() throws(HostError) -> AddressRange?
    /// `VHOST_VDPA_GET_CONFIG_SIZE`; nil when the kernel does not know the call.
    borrowing func configurationSize() throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_CONFIG`: `count` bytes of the configuration space from `offset`.
    borrowing func configuration(offset: UInt32, count: UInt32) throws(HostError) -> [UInt8]
    /// `VHOST_VDPA_SUSPEND`. Returns 0 and does nothing when DRIVER_OK is not set.
    borrowing func suspend() throws(HostError)
    /// `VHOST_VDPA_RESUME`.
    borrowing func resume() throws(HostError)
    /// Whether single bits of the status can be cleared.
    borrowing func clearsStatusBits() -> Bool
    /// True when the process whose descriptor this is a duplicate of has exited; false for one's own.
    borrowing func holderHasExited() -> Bool
}

/// The calls that only the owner may make, whose address space called `VHOST_SET_OWNER`.
public protocol OwnedVhostVDPAFile: VhostVDPAFile, ~Copyable {
    /// `VHOST_GET_VRING_BASE`: where the device continues, still encoded; see `RingPosition`.
    borrowing func ringBase(queue: UInt32) throws(HostError) -> UInt32
    /// `VHOST_VDPA_GET_VRING_SIZE`; nil where the driver below has no such call.
    borrowing func ringSize(queue: UInt32) throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_VRING_GROUP`; nil where the device has no groups.
    borrowing func group(queue: UInt32) throws(HostError) -> UInt32?
    /// `VHOST_VDPA_GET_VRING_DESC_GROUP`; nil where the device has no such groups.
    borrowing func descriptorGroup(queue: UInt32) throws(HostError) -> UInt32?

    /// `VHOST_VDPA_SET_CONFIG`: bytes of the configuration space from `offset`. Returning is no proof that the device took
    /// them.
    borrowing func setConfiguration(offset: UInt32, _ bytes: [UInt8]) throws(HostError)
    /// `VHOST_VDPA_SET_GROUP_ASID`; false where the driver below has no groups.
    borrowing func setAddressSpace(_ space: UInt32, group: UInt32) throws(HostError) -> Bool
    /// `VHOST_SET_VRING_NUM`: the ring's size, a power of two.
    borrowing func setRingSize(_ size: UInt16, queue: UInt32) throws(HostError)
    /// `VHOST_SET_VRING_BASE`: where the device begins, encoded as `RingPosition.vringBase`. After DRIVER_OK only while the
    /// device is suspended.
    borrowing func setRingBase(_ base: UInt32, queue: UInt32) throws(HostError)
    /// `VHOST_VDPA_SET_VRING_ENABLE`. Always succeeds.
    borrowing func enableRing(queue: UInt32) throws(HostError)
}
