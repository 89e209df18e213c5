#include "borrow.h"
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef VHOST_VDPA_SUSPEND
#define VHOST_VDPA_SUSPEND _IO(VHOST_VIRTIO, 0x7D)
#endif
#ifndef VHOST_VDPA_RESUME
#define VHOST_VDPA_RESUME _IO(VHOST_VIRTIO, 0x7E)
#endif

// Far from any address of the process, so that a device that mixes the two up is seen.
static const uint64_t iova_base = 0x40000000;
static const uint64_t memory_size = 8 << 20;
static const uint16_t ring_size = 256;

static void call(const struct device *device, unsigned long request, void *argument, const char *name) {
    if (ioctl(device->descriptor, request, argument) < 0) fail("%s: %s", name, strerror(errno));
}

#define CALL(device, request, argument) call(device, request, argument, #request)

void device_open(struct device *device, const char *node, int descriptor) {
    device->descriptor = descriptor >= 0 ? descriptor : open(node, O_RDWR | O_CLOEXEC);
    if (device->descriptor < 0) fail("open %s: %s", node, strerror(errno));
}

static void map_memory(struct device *device) {
    device->memory_size = memory_size;
    device->memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (device->memory == MAP_FAILED) fail("mmap: %s", strerror(errno));

    struct vhost_vdpa_iova_range range;
    CALL(device, VHOST_VDPA_GET_IOVA_RANGE, &range);
    if (range.first > iova_base || range.last < iova_base + memory_size - 1)
        fail("the device cannot reach 0x%llx", (unsigned long long)iova_base);

    device->iova = iova_base;
    struct vhost_msg_v2 message = {
        .type = VHOST_IOTLB_MSG_V2,
        .iotlb = {
            .iova = iova_base,
            .size = memory_size,
            .uaddr = (uint64_t)(uintptr_t)device->memory,
            .perm = VHOST_ACCESS_RW,
            .type = VHOST_IOTLB_UPDATE,
        },
    };
    if (write(device->descriptor, &message, sizeof message) != sizeof message)
        fail("IOTLB update: %s", strerror(errno));
}

void *device_allocate(struct device *device, uint64_t size, uint64_t alignment) {
    uint64_t start = (device->memory_used + alignment - 1) / alignment * alignment;
    if (device->borrowed) start = borrowed_room(start, size);
    if (start + size > device->memory_size) fail("out of device memory");
    device->memory_used = start + size;
    return device->memory + start;
}

uint64_t device_address(const struct device *device, const void *pointer) {
    return device->iova + (uint64_t)((const uint8_t *)pointer - device->memory);
}

static void add_status(const struct device *device, uint8_t bits) {
    uint8_t wanted = device_status(device) | bits;
    CALL(device, VHOST_VDPA_SET_STATUS, &wanted);
    uint8_t status = device_status(device);
    if (status != wanted) fail("status is 0x%02x instead of 0x%02x", status, wanted);
}

static void set_up_queue(struct device *device, unsigned index) {
    struct ring *ring = &device->queues[index];
    void *descriptors = device_allocate(device, 16 * ring_size, 4096);
    void *available = device_allocate(device, 6 + 2 * ring_size, 2);
    void *used = device_allocate(device, 6 + 8 * ring_size, 4096);
    ring_init(ring, ring_size, descriptors, available, used, device->positions[index]);
    ring->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ring->call = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (ring->kick < 0 || ring->call < 0) fail("eventfd: %s", strerror(errno));

    struct vhost_vring_state state = {.index = index, .num = ring_size};
    CALL(device, VHOST_SET_VRING_NUM, &state);
    struct vhost_vring_addr address = {
        .index = index,
        .desc_user_addr = device_address(device, descriptors),
        .avail_user_addr = device_address(device, available),
        .used_user_addr = device_address(device, used),
    };
    CALL(device, VHOST_SET_VRING_ADDR, &address);
    state.num = device->positions[index];
    CALL(device, VHOST_SET_VRING_BASE, &state);
    struct vhost_vring_file file = {.index = index, .fd = ring->kick};
    CALL(device, VHOST_SET_VRING_KICK, &file);
    file.fd = ring->call;
    CALL(device, VHOST_SET_VRING_CALL, &file);
    state.num = 1;
    CALL(device, VHOST_VDPA_SET_VRING_ENABLE, &state);
}

void device_set_up(struct device *device) {
    if (ioctl(device->descriptor, VHOST_SET_OWNER, NULL) < 0) fail("VHOST_SET_OWNER: %s", strerror(errno));
    CALL(device, VHOST_GET_BACKEND_FEATURES, &device->backend_features);
    uint64_t backend = device->backend_features & (1ULL << VHOST_BACKEND_F_IOTLB_MSG_V2);
    if (backend == 0) fail("the device does not offer IOTLB_MSG_V2");
    CALL(device, VHOST_SET_BACKEND_FEATURES, &backend);
    CALL(device, VHOST_VDPA_GET_DEVICE_ID, &device->id);
    uint32_t queues;
    CALL(device, VHOST_VDPA_GET_VQS_COUNT, &queues);
    device->queue_count = queues < MAX_QUEUES ? queues : MAX_QUEUES;

    uint8_t status = 0;
    CALL(device, VHOST_VDPA_SET_STATUS, &status);
    add_status(device, VIRTIO_CONFIG_S_ACKNOWLEDGE);
    add_status(device, VIRTIO_CONFIG_S_DRIVER);
    uint64_t offered;
    CALL(device, VHOST_GET_FEATURES, &offered);
    device->features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM;
    if ((offered & device->features) != device->features)
        fail("the device offers 0x%llx: no VERSION_1 or no ACCESS_PLATFORM", (unsigned long long)offered);
    CALL(device, VHOST_SET_FEATURES, &device->features);
    add_status(device, VIRTIO_CONFIG_S_FEATURES_OK);

    map_memory(device);
    for (unsigned i = 0; i < device->queue_count; i++) set_up_queue(device, i);
}

void device_kick(const struct device *device) {
    uint64_t one = 1;
    for (unsigned i = 0; i < device->queue_count; i++) ring_kick(&device->queues[i]);
    for (unsigned i = 0; i < device->kick_count; i++) (void)!write(device->kicks[i], &one, sizeof one);
}

void device_driver_ok(struct device *device) { add_status(device, VIRTIO_CONFIG_S_DRIVER_OK); }

uint8_t device_status(const struct device *device) {
    uint8_t status;
    CALL(device, VHOST_VDPA_GET_STATUS, &status);
    return status;
}

int device_suspend(const struct device *device) {
    return ioctl(device->descriptor, VHOST_VDPA_SUSPEND, NULL) < 0 ? errno : 0;
}

int device_resume(const struct device *device) {
    return ioctl(device->descriptor, VHOST_VDPA_RESUME, NULL) < 0 ? errno : 0;
}

int device_ring_base(const struct device *device, unsigned queue) {
    struct vhost_vring_state state = {.index = queue};
    return ioctl(device->descriptor, VHOST_GET_VRING_BASE, &state) < 0 ? -1 : (int)state.num;
}

void device_read_config(const struct device *device, void *buffer, uint32_t offset, uint32_t length) {
    struct vhost_vdpa_config *config = calloc(1, sizeof *config + length);
    if (config == NULL) fail("out of memory");
    config->off = offset;
    config->len = length;
    CALL(device, VHOST_VDPA_GET_CONFIG, config);
    memcpy(buffer, config->buf, length);
    free(config);
}
