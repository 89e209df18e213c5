// The driver's half of a split virtqueue (virtio 1.2, section 2.7).
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ring_descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next;
};

enum { RING_NEXT = 1, RING_DEVICE_WRITES = 2 };

struct ring_used_element {
    uint32_t id;
    uint32_t length;
};

struct ring {
    uint16_t size;
    struct ring_descriptor *descriptors;
    uint16_t *available;  // flags, index, heads
    uint16_t *used;       // flags, index, then elements
    uint16_t available_index;
    uint16_t seen_index;  // used entries taken so far
    int kick;
    int call;
};

// A ring in zeroed memory, of which everything before the position is done.
void ring_init(struct ring *ring, uint16_t size, void *descriptors, void *available, void *used,
               uint16_t position);
// Makes a chain of descriptors available to the device; does not kick.
void ring_submit(struct ring *ring, uint16_t head);
// Takes the next used entry; false when there is none.
bool ring_take(struct ring *ring, struct ring_used_element *element);
void ring_kick(const struct ring *ring);
