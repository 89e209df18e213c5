// A vhost-vdpa device as its owner uses it, written from the kernel's headers alone: nothing here is vdpad's.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ring.h"

enum { MAX_QUEUES = 3, MAX_KICKS = 64 };

struct device {
    int descriptor;
    uint32_t id;             // virtio device class: 1 net, 2 block
    uint64_t features;       // negotiated
    uint64_t backend_features;
    uint8_t *memory;         // everything the device reads and writes
    uint64_t iova;           // by which the device knows it
    uint64_t memory_size;
    uint64_t memory_used;
    bool borrowed;           // the memory is another process's, and has little room beside the rings
    unsigned queue_count;
    uint16_t positions[MAX_QUEUES];  // where the queues begin
    struct ring queues[MAX_QUEUES];
    unsigned kick_count;
    int kicks[MAX_KICKS];    // eventfds of which some are those of the queues
};

// Opens the node, unless a descriptor (0 or more) is given. Exits on failure, like everything here.
void device_open(struct device *device, const char *node, int descriptor);
// Becomes the owner, negotiates features, maps memory and gives the device its rings.
void device_set_up(struct device *device);
// Drives a device that vdpad owns: finds its descriptor, its rings and its kicks in that process, and uses them from here.
// What the rings are is vdpad's affair; this side does with them what a guest's driver does.
void device_borrow(struct device *device, int process);
void device_kick(const struct device *device);
void device_driver_ok(struct device *device);
uint8_t device_status(const struct device *device);
// Returns 0 or the error number.
int device_suspend(const struct device *device);
int device_resume(const struct device *device);
// The device's next available index of a queue, or -1 with errno.
int device_ring_base(const struct device *device, unsigned queue);
void device_read_config(const struct device *device, void *buffer, uint32_t offset, uint32_t length);

// Memory that the device may use; lives as long as the process.
void *device_allocate(struct device *device, uint64_t size, uint64_t alignment);
// The address by which the device knows it, which is never the process's own.
uint64_t device_address(const struct device *device, const void *pointer);

__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);
