#include "ring.h"

#include <string.h>
#include <unistd.h>

void ring_init(struct ring *ring, uint16_t size, void *descriptors, void *available, void *used,
               uint16_t position) {
    memset(ring, 0, sizeof *ring);
    ring->size = size;
    ring->descriptors = descriptors;
    ring->available = available;
    ring->used = used;
    ring->available_index = ring->seen_index = position;
    ring->available[1] = ring->used[1] = position;
}

void ring_submit(struct ring *ring, uint16_t head) {
    ring->available[2 + ring->available_index % ring->size] = head;
    ring->available_index++;
    __atomic_store_n(&ring->available[1], ring->available_index, __ATOMIC_RELEASE);
}

bool ring_take(struct ring *ring, struct ring_used_element *element) {
    if (__atomic_load_n(&ring->used[1], __ATOMIC_ACQUIRE) == ring->seen_index) return false;
    memcpy(element, (uint8_t *)ring->used + 4 + 8 * (ring->seen_index % ring->size), sizeof *element);
    ring->seen_index++;
    return true;
}

void ring_kick(const struct ring *ring) {
    uint64_t one = 1;
    // EAGAIN means that the counter is at its limit: the device has a kick waiting.
    (void)!write(ring->kick, &one, sizeof one);
}
