// The ioctls of /dev/vhost-vdpa-N (include/uapi/linux/vhost.h, drivers/vhost/vdpa.c), one function each, and the write
// that maps memory for the device. Numbers are defined here because installed headers may be older than the running
// kernel. Every buffer that the kernel fills starts zeroed, so that a call that the kernel does not know fails with
// ENOTTY for an owner (and EPERM for anybody else) instead of with whatever its bytes happen to index.
//
// A function returns a value or -errno. None may be called on a thread that must not sleep: each takes the device's
// mutex, uninterruptibly.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Calls that anybody may make who has a descriptor of the device.
int clinux_vhost_get_features(int fd, uint64_t *features);
int clinux_vhost_set_features(int fd, uint64_t features);
int clinux_vhost_get_backend_features(int fd, uint64_t *features);
int clinux_vhost_set_backend_features(int fd, uint64_t features);
int64_t clinux_vhost_vdpa_get_device_id(int fd);
int clinux_vhost_vdpa_get_status(int fd);
int clinux_vhost_vdpa_set_status(int fd, uint8_t status);
// Reads `count` bytes of the configuration space from `offset`; EINVAL when they are not all inside it.
int clinux_vhost_vdpa_get_config(int fd, uint32_t offset, uint32_t count, uint8_t *bytes);
int clinux_vhost_vdpa_set_config(int fd, uint32_t offset, uint32_t count, const uint8_t *bytes);
// The largest ring size.
int clinux_vhost_vdpa_get_vring_num(int fd);
// `event` is an eventfd or -1. There is one slot per device: it takes the interrupt from whoever set it before.
int clinux_vhost_vdpa_set_config_call(int fd, int event);
int clinux_vhost_vdpa_get_iova_range(int fd, uint64_t *first, uint64_t *last);
int64_t clinux_vhost_vdpa_get_config_size(int fd);
int64_t clinux_vhost_vdpa_get_as_num(int fd);
int64_t clinux_vhost_vdpa_get_group_num(int fd);
int64_t clinux_vhost_vdpa_get_vqs_count(int fd);
int clinux_vhost_vdpa_suspend(int fd);
int clinux_vhost_vdpa_resume(int fd);

// Calls of the owner: the process whose address space called VHOST_SET_OWNER. EPERM for anybody else.
int clinux_vhost_set_owner(int fd);
int clinux_vhost_set_vring_num(int fd, uint32_t queue, uint32_t size);
int clinux_vhost_set_vring_base(int fd, uint32_t queue, uint32_t base);
int64_t clinux_vhost_get_vring_base(int fd, uint32_t queue);
// The addresses are I/O virtual ones.
int clinux_vhost_set_vring_addr(int fd, uint32_t queue, uint64_t descriptors, uint64_t available, uint64_t used);
// `event` is an eventfd or -1.
int clinux_vhost_set_vring_kick(int fd, uint32_t queue, int event);
int clinux_vhost_set_vring_call(int fd, uint32_t queue, int event);
int clinux_vhost_vdpa_set_vring_enable(int fd, uint32_t queue, int enable);
int64_t clinux_vhost_vdpa_get_vring_group(int fd, uint32_t queue);
int64_t clinux_vhost_vdpa_get_vring_desc_group(int fd, uint32_t queue);
int64_t clinux_vhost_vdpa_get_vring_size(int fd, uint32_t queue);
int clinux_vhost_vdpa_set_group_asid(int fd, uint32_t group, uint32_t address_space);

// IOTLB messages of struct vhost_msg_v2. Every refusal is EFAULT.
enum {
    CLINUX_VHOST_IOTLB_UPDATE = 2,
    CLINUX_VHOST_IOTLB_INVALIDATE = 3,
    CLINUX_VHOST_IOTLB_BATCH_BEGIN = 5,
    CLINUX_VHOST_IOTLB_BATCH_END = 6,
};
enum {
    CLINUX_VHOST_ACCESS_READ_ONLY = 1,
    CLINUX_VHOST_ACCESS_WRITE_ONLY = 2,
    CLINUX_VHOST_ACCESS_READ_WRITE = 3,
};
// `memory` is an address of the calling process; it stays mapped until it is invalidated or the device is closed.
int clinux_vhost_iotlb_write(int fd, uint32_t address_space, uint8_t type, uint64_t iova, uint64_t size,
                             const void *memory, uint8_t permission);
