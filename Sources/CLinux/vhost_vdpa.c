#include "vhost_vdpa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct vring_state {
    uint32_t index;
    uint32_t num;
};

struct vring_file {
    uint32_t index;
    int32_t fd;
};

// The used ring comes before the available ring.
struct vring_addr {
    uint32_t index;
    uint32_t flags;
    uint64_t descriptors;
    uint64_t used;
    uint64_t available;
    uint64_t log;
};

struct config_header {
    uint32_t offset;
    uint32_t length;
};

struct iova_range {
    uint64_t first;
    uint64_t last;
};

struct iotlb_message {
    uint32_t type;
    uint32_t address_space;
    uint64_t iova;
    uint64_t size;
    uint64_t memory;
    uint8_t permission;
    uint8_t iotlb_type;
    uint8_t padding[38];
};

_Static_assert(sizeof(struct vring_state) == 8, "vhost_vring_state");
_Static_assert(sizeof(struct vring_file) == 8, "vhost_vring_file");
_Static_assert(sizeof(struct vring_addr) == 40, "vhost_vring_addr");
_Static_assert(offsetof(struct vring_addr, used) == 16, "vhost_vring_addr.used_user_addr");
_Static_assert(offsetof(struct vring_addr, available) == 24, "vhost_vring_addr.avail_user_addr");
_Static_assert(sizeof(struct config_header) == 8, "vhost_vdpa_config");
_Static_assert(sizeof(struct iova_range) == 16, "vhost_vdpa_iova_range");
_Static_assert(sizeof(struct iotlb_message) == 72, "vhost_msg_v2");
_Static_assert(offsetof(struct iotlb_message, iova) == 8, "vhost_msg_v2.iotlb");
_Static_assert(offsetof(struct iotlb_message, permission) == 32, "vhost_msg_v2.iotlb.perm");
_Static_assert(offsetof(struct iotlb_message, iotlb_type) == 33, "vhost_msg_v2.iotlb.type");

#define VHOST_TYPE 0xAF
#define GET_FEATURES _IOR(VHOST_TYPE, 0x00, uint64_t)
#define SET_FEATURES _IOW(VHOST_TYPE, 0x00, uint64_t)
#define SET_OWNER _IO(VHOST_TYPE, 0x01)
#define SET_VRING_NUM _IOW(VHOST_TYPE, 0x10, struct vring_state)
#define SET_VRING_ADDR _IOW(VHOST_TYPE, 0x11, struct vring_addr)
#define SET_VRING_BASE _IOW(VHOST_TYPE, 0x12, struct vring_state)
#define GET_VRING_BASE _IOWR(VHOST_TYPE, 0x12, struct vring_state)
#define SET_VRING_KICK _IOW(VHOST_TYPE, 0x20, struct vring_file)
#define SET_VRING_CALL _IOW(VHOST_TYPE, 0x21, struct vring_file)
#define SET_BACKEND_FEATURES _IOW(VHOST_TYPE, 0x25, uint64_t)
#define GET_BACKEND_FEATURES _IOR(VHOST_TYPE, 0x26, uint64_t)
#define GET_DEVICE_ID _IOR(VHOST_TYPE, 0x70, uint32_t)
#define GET_STATUS _IOR(VHOST_TYPE, 0x71, uint8_t)
#define SET_STATUS _IOW(VHOST_TYPE, 0x72, uint8_t)
#define GET_CONFIG _IOR(VHOST_TYPE, 0x73, struct config_header)
#define SET_CONFIG _IOW(VHOST_TYPE, 0x74, struct config_header)
#define SET_VRING_ENABLE _IOW(VHOST_TYPE, 0x75, struct vring_state)
#define GET_VRING_NUM _IOR(VHOST_TYPE, 0x76, uint16_t)
#define SET_CONFIG_CALL _IOW(VHOST_TYPE, 0x77, int)
#define GET_IOVA_RANGE _IOR(VHOST_TYPE, 0x78, struct iova_range)
#define GET_CONFIG_SIZE _IOR(VHOST_TYPE, 0x79, uint32_t)
#define GET_AS_NUM _IOR(VHOST_TYPE, 0x7A, uint32_t)
#define GET_VRING_GROUP _IOWR(VHOST_TYPE, 0x7B, struct vring_state)
#define SET_GROUP_ASID _IOW(VHOST_TYPE, 0x7C, struct vring_state)
#define SUSPEND _IO(VHOST_TYPE, 0x7D)
#define RESUME _IO(VHOST_TYPE, 0x7E)
#define GET_VRING_DESC_GROUP _IOWR(VHOST_TYPE, 0x7F, struct vring_state)
#define GET_VQS_COUNT _IOR(VHOST_TYPE, 0x80, uint32_t)
#define GET_GROUP_NUM _IOR(VHOST_TYPE, 0x81, uint32_t)
#define GET_VRING_SIZE _IOWR(VHOST_TYPE, 0x82, struct vring_state)

_Static_assert(GET_FEATURES == 0x8008af00, "VHOST_GET_FEATURES");
_Static_assert(SET_FEATURES == 0x4008af00, "VHOST_SET_FEATURES");
_Static_assert(SET_OWNER == 0x0000af01, "VHOST_SET_OWNER");
_Static_assert(SET_VRING_NUM == 0x4008af10, "VHOST_SET_VRING_NUM");
_Static_assert(SET_VRING_ADDR == 0x4028af11, "VHOST_SET_VRING_ADDR");
_Static_assert(SET_VRING_BASE == 0x4008af12, "VHOST_SET_VRING_BASE");
_Static_assert(GET_VRING_BASE == 0xc008af12, "VHOST_GET_VRING_BASE");
_Static_assert(SET_VRING_KICK == 0x4008af20, "VHOST_SET_VRING_KICK");
_Static_assert(SET_VRING_CALL == 0x4008af21, "VHOST_SET_VRING_CALL");
_Static_assert(SET_BACKEND_FEATURES == 0x4008af25, "VHOST_SET_BACKEND_FEATURES");
_Static_assert(GET_BACKEND_FEATURES == 0x8008af26, "VHOST_GET_BACKEND_FEATURES");
_Static_assert(GET_DEVICE_ID == 0x8004af70, "VHOST_VDPA_GET_DEVICE_ID");
_Static_assert(GET_STATUS == 0x8001af71, "VHOST_VDPA_GET_STATUS");
_Static_assert(SET_STATUS == 0x4001af72, "VHOST_VDPA_SET_STATUS");
_Static_assert(GET_CONFIG == 0x8008af73, "VHOST_VDPA_GET_CONFIG");
_Static_assert(SET_CONFIG == 0x4008af74, "VHOST_VDPA_SET_CONFIG");
_Static_assert(SET_VRING_ENABLE == 0x4008af75, "VHOST_VDPA_SET_VRING_ENABLE");
_Static_assert(GET_VRING_NUM == 0x8002af76, "VHOST_VDPA_GET_VRING_NUM");
_Static_assert(SET_CONFIG_CALL == 0x4004af77, "VHOST_VDPA_SET_CONFIG_CALL");
_Static_assert(GET_IOVA_RANGE == 0x8010af78, "VHOST_VDPA_GET_IOVA_RANGE");
_Static_assert(GET_CONFIG_SIZE == 0x8004af79, "VHOST_VDPA_GET_CONFIG_SIZE");
_Static_assert(GET_AS_NUM == 0x8004af7a, "VHOST_VDPA_GET_AS_NUM");
_Static_assert(GET_VRING_GROUP == 0xc008af7b, "VHOST_VDPA_GET_VRING_GROUP");
_Static_assert(SET_GROUP_ASID == 0x4008af7c, "VHOST_VDPA_SET_GROUP_ASID");
_Static_assert(SUSPEND == 0x0000af7d, "VHOST_VDPA_SUSPEND");
_Static_assert(RESUME == 0x0000af7e, "VHOST_VDPA_RESUME");
_Static_assert(GET_VRING_DESC_GROUP == 0xc008af7f, "VHOST_VDPA_GET_VRING_DESC_GROUP");
_Static_assert(GET_VQS_COUNT == 0x8004af80, "VHOST_VDPA_GET_VQS_COUNT");
_Static_assert(GET_GROUP_NUM == 0x8004af81, "VHOST_VDPA_GET_GROUP_NUM");
_Static_assert(GET_VRING_SIZE == 0xc008af82, "VHOST_VDPA_GET_VRING_SIZE");

static int call(int fd, unsigned long request, void *argument) {
    int result = ioctl(fd, request, argument);
    return result < 0 ? -errno : result;
}

static int64_t get_u32(int fd, unsigned long request) {
    uint32_t value = 0;
    int result = call(fd, request, &value);
    return result < 0 ? result : (int64_t)value;
}

static int set_vring_state(int fd, unsigned long request, uint32_t index, uint32_t num) {
    struct vring_state state = {.index = index, .num = num};
    return call(fd, request, &state);
}

static int64_t get_vring_state(int fd, unsigned long request, uint32_t index) {
    struct vring_state state = {.index = index, .num = 0};
    int result = call(fd, request, &state);
    return result < 0 ? result : (int64_t)state.num;
}

static int set_vring_file(int fd, unsigned long request, uint32_t index, int event) {
    struct vring_file file = {.index = index, .fd = event};
    return call(fd, request, &file);
}

int clinux_vhost_get_features(int fd, uint64_t *features) {
    *features = 0;
    return call(fd, GET_FEATURES, features);
}

int clinux_vhost_set_features(int fd, uint64_t features) { return call(fd, SET_FEATURES, &features); }

int clinux_vhost_get_backend_features(int fd, uint64_t *features) {
    *features = 0;
    return call(fd, GET_BACKEND_FEATURES, features);
}

int clinux_vhost_set_backend_features(int fd, uint64_t features) { return call(fd, SET_BACKEND_FEATURES, &features); }

int64_t clinux_vhost_vdpa_get_device_id(int fd) { return get_u32(fd, GET_DEVICE_ID); }

int clinux_vhost_vdpa_get_status(int fd) {
    uint8_t status = 0;
    int result = call(fd, GET_STATUS, &status);
    return result < 0 ? result : status;
}

int clinux_vhost_vdpa_set_status(int fd, uint8_t status) { return call(fd, SET_STATUS, &status); }

int clinux_vhost_vdpa_get_config(int fd, uint32_t offset, uint32_t count, uint8_t *bytes) {
    struct config_header *config = calloc(1, sizeof(*config) + (size_t)count);
    if (!config) return -ENOMEM;
    config->offset = offset;
    config->length = count;
    int result = call(fd, GET_CONFIG, config);
    if (result >= 0) memcpy(bytes, config + 1, count);
    free(config);
    return result;
}

int clinux_vhost_vdpa_set_config(int fd, uint32_t offset, uint32_t count, const uint8_t *bytes) {
    struct config_header *config = calloc(1, sizeof(*config) + (size_t)count);
    if (!config) return -ENOMEM;
    config->offset = offset;
    config->length = count;
    memcpy(config + 1, bytes, count);
    int result = call(fd, SET_CONFIG, config);
    free(config);
    return result;
}

int clinux_vhost_vdpa_get_vring_num(int fd) {
    // Four bytes although the kernel fills two: one that does not know the call reads an index of four.
    uint16_t size[2] = {0, 0};
    int result = call(fd, GET_VRING_NUM, size);
    return result < 0 ? result : size[0];
}

int clinux_vhost_vdpa_set_config_call(int fd, int event) { return call(fd, SET_CONFIG_CALL, &event); }

int clinux_vhost_vdpa_get_iova_range(int fd, uint64_t *first, uint64_t *last) {
    struct iova_range range = {0, 0};
    int result = call(fd, GET_IOVA_RANGE, &range);
    *first = range.first;
    *last = range.last;
    return result;
}

int64_t clinux_vhost_vdpa_get_config_size(int fd) { return get_u32(fd, GET_CONFIG_SIZE); }
int64_t clinux_vhost_vdpa_get_as_num(int fd) { return get_u32(fd, GET_AS_NUM); }
int64_t clinux_vhost_vdpa_get_group_num(int fd) { return get_u32(fd, GET_GROUP_NUM); }
int64_t clinux_vhost_vdpa_get_vqs_count(int fd) { return get_u32(fd, GET_VQS_COUNT); }

int clinux_vhost_vdpa_suspend(int fd) { return call(fd, SUSPEND, NULL); }
int clinux_vhost_vdpa_resume(int fd) { return call(fd, RESUME, NULL); }

int clinux_vhost_set_owner(int fd) { return call(fd, SET_OWNER, NULL); }

int clinux_vhost_set_vring_num(int fd, uint32_t queue, uint32_t size) {
    return set_vring_state(fd, SET_VRING_NUM, queue, size);
}

int clinux_vhost_set_vring_base(int fd, uint32_t queue, uint32_t base) {
    return set_vring_state(fd, SET_VRING_BASE, queue, base);
}

int64_t clinux_vhost_get_vring_base(int fd, uint32_t queue) { return get_vring_state(fd, GET_VRING_BASE, queue); }

int clinux_vhost_set_vring_addr(int fd, uint32_t queue, uint64_t descriptors, uint64_t available, uint64_t used) {
    struct vring_addr addresses = {
        .index = queue, .descriptors = descriptors, .used = used, .available = available};
    return call(fd, SET_VRING_ADDR, &addresses);
}

int clinux_vhost_set_vring_kick(int fd, uint32_t queue, int event) {
    return set_vring_file(fd, SET_VRING_KICK, queue, event);
}

int clinux_vhost_set_vring_call(int fd, uint32_t queue, int event) {
    return set_vring_file(fd, SET_VRING_CALL, queue, event);
}

int clinux_vhost_vdpa_set_vring_enable(int fd, uint32_t queue, int enable) {
    return set_vring_state(fd, SET_VRING_ENABLE, queue, enable ? 1 : 0);
}

int64_t clinux_vhost_vdpa_get_vring_group(int fd, uint32_t queue) {
    return get_vring_state(fd, GET_VRING_GROUP, queue);
}

int64_t clinux_vhost_vdpa_get_vring_desc_group(int fd, uint32_t queue) {
    return get_vring_state(fd, GET_VRING_DESC_GROUP, queue);
}

int64_t clinux_vhost_vdpa_get_vring_size(int fd, uint32_t queue) { return get_vring_state(fd, GET_VRING_SIZE, queue); }

int clinux_vhost_vdpa_set_group_asid(int fd, uint32_t group, uint32_t address_space) {
    return set_vring_state(fd, SET_GROUP_ASID, group, address_space);
}

int clinux_vhost_iotlb_write(int fd, uint32_t address_space, uint8_t type, uint64_t iova, uint64_t size,
                             const void *memory, uint8_t permission) {
    struct iotlb_message message = {
        .type = 2,  // VHOST_IOTLB_MSG_V2
        .address_space = address_space,
        .iova = iova,
        .size = size,
        .memory = (uintptr_t)memory,
        .permission = permission,
        .iotlb_type = type,
    };
    ssize_t written = write(fd, &message, sizeof(message));
    if (written < 0) return -errno;
    return written == sizeof(message) ? 0 : -EIO;
}
