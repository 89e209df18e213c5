// Rings in vdpad's own memory, driven from here. vdpad owns the device then, so that the positions which it exports and
// restores are its own, and the I/O between is real.

#include "borrow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vhost.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"

// As vdpad lays its rings: 256 descriptors each, on pages of their own, from the second page that the device can reach.
enum { RING_SIZE = 256, AVAILABLE = 16 * RING_SIZE, USED = AVAILABLE + 8 + 2 * RING_SIZE, RING_BYTES = 8192 };
// Of so many descriptors this side uses fewer, and so has the rest of the table for its buffers: no other memory is mapped.
enum { DESCRIPTORS_USED = 64 };

uint64_t borrowed_room(uint64_t start, uint64_t size) {
    uint64_t ring = start / RING_BYTES * RING_BYTES;
    if (start < ring + 16 * DESCRIPTORS_USED) return ring + 16 * DESCRIPTORS_USED;
    if (start + size > ring + AVAILABLE) return ring + RING_BYTES + 16 * DESCRIPTORS_USED;
    return start;
}

static void map_rings(struct device *device, int process) {
    char path[300], line[512], range[64] = "";
    snprintf(path, sizeof path, "/proc/%d/maps", process);
    FILE *maps = fopen(path, "re");
    if (maps == NULL) fail("%s: %s", path, strerror(errno));
    device->memory_size = RING_BYTES * device->queue_count;
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long long start, end;
        char rights[8];
        // Shared anonymous memory is a deleted file of that name.
        if (sscanf(line, "%llx-%llx %7s", &start, &end, rights) != 3 || strcmp(rights, "rw-s") != 0) continue;
        if (strstr(line, "/dev/zero (deleted)") == NULL || end - start != device->memory_size) continue;
        if (range[0] != 0) fail("process %d has several mappings that could be the rings", process);
        snprintf(range, sizeof range, "%llx-%llx", start, end);
    }
    fclose(maps);
    if (range[0] == 0) fail("process %d has no rings of %u queues", process, device->queue_count);
    snprintf(path, sizeof path, "/proc/%d/map_files/%s", process, range);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) fail("%s: %s", path, strerror(errno));
    device->memory = mmap(NULL, device->memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (device->memory == MAP_FAILED) fail("mmap: %s", strerror(errno));
    close(file);
}

// Duplicates the descriptor of the node, and every eventfd: those of the queues are among them, and a kick does no harm to
// the others.
static void find_descriptors(struct device *device, int process) {
    char path[300], target[300];
    int handle = (int)syscall(SYS_pidfd_open, process, 0);
    if (handle < 0) fail("pidfd_open: %s", strerror(errno));
    snprintf(path, sizeof path, "/proc/%d/fd", process);
    DIR *directory = opendir(path);
    if (directory == NULL) fail("%s: %s", path, strerror(errno));
    device->descriptor = -1;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        if (length < 0) continue;
        target[length] = 0;
        bool is_node = strncmp(target, "/dev/vhost-vdpa-", 16) == 0;
        if (!is_node && strcmp(target, "anon_inode:[eventfd]") != 0) continue;
        int duplicate = (int)syscall(SYS_pidfd_getfd, handle, atoi(entry->d_name), 0);
        if (duplicate < 0) fail("pidfd_getfd: %s", strerror(errno));
        if (is_node) {
            if (device->descriptor >= 0) fail("process %d has more than one device open", process);
            device->descriptor = duplicate;
        } else {
            if (device->kick_count == MAX_KICKS) fail("process %d has more than %d eventfds", process, MAX_KICKS);
            device->kicks[device->kick_count++] = duplicate;
        }
    }
    closedir(directory);
    close(handle);
    if (device->descriptor < 0) fail("process %d has no device open", process);
}

static void take_queue(struct device *device, unsigned index) {
    uint8_t *start = device->memory + RING_BYTES * index;
    struct ring *ring = &device->queues[index];
    *ring = (struct ring){
        .size = RING_SIZE,
        .descriptors = (struct ring_descriptor *)start,
        .available = (uint16_t *)(start + AVAILABLE),
        .used = (uint16_t *)(start + USED),
        .kick = -1,
        .call = -1,
    };
    uint16_t available = ring->available[1], used = ring->used[1];
    // A driver goes on where it was: what vdpad has laid must agree with that.
    if (available != device->positions[index] || used != device->positions[index])
        fail("queue %u has %u available and %u used, and not %u", index, available, used, device->positions[index]);
    ring->available_index = ring->seen_index = available;
}

void device_borrow(struct device *device, int process) {
    device->borrowed = true;
    find_descriptors(device, process);
    uint32_t queues;
    if (ioctl(device->descriptor, VHOST_VDPA_GET_DEVICE_ID, &device->id) < 0 ||
        ioctl(device->descriptor, VHOST_GET_BACKEND_FEATURES, &device->backend_features) < 0 ||
        ioctl(device->descriptor, VHOST_VDPA_GET_VQS_COUNT, &queues) < 0)
        fail("the device of process %d: %s", process, strerror(errno));
    if (queues > MAX_QUEUES) fail("the device has %u queues", queues);
    device->queue_count = queues;
    map_rings(device, process);
    device->iova = 4096;
    for (unsigned i = 0; i < queues; i++) take_queue(device, i);
}
