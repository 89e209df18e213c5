#include "load.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SECTOR_SIZE = 512,
    BLOCKS_PER_REQUEST = 16,  // each request in flight has a piece of the disk to itself
    BLOCK_DESCRIPTORS = 3,    // header, data, status
    MAX_DEPTH = 80,
    RECEIVE_BUFFERS = 128,
    RECEIVE_QUEUE = 0,
    TRANSMIT_QUEUE = 1,
};

struct request {
    bool in_flight;
    bool writes;
    unsigned block;
    uint64_t sequence;
    uint64_t submitted_at;
    uint64_t written[BLOCKS_PER_REQUEST];  // sequence of the last write; 0: none yet
    struct virtio_blk_outhdr *header;
    uint8_t *status;
    uint8_t *data;
};

// How much goes in one request; little where the device's memory is.
struct sizes {
    uint32_t block;
    uint32_t frame;
    unsigned receive_buffers;
};

static const struct sizes large = {.block = 4096, .frame = 1024, .receive_buffers = RECEIVE_BUFFERS};
static const struct sizes small = {.block = 512, .frame = 256, .receive_buffers = 8};

struct load {
    struct device *device;
    struct sizes sizes;
    struct ring *ring;
    unsigned depth;
    bool paused;
    int log;
    struct counters counters;
    uint64_t last_look;
    struct sight last_completion;
    struct gap longest;
    struct request *requests;
    uint8_t *received[RECEIVE_BUFFERS];
    uint64_t last_received;
};

uint64_t monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// A different word at every place of every request's data.
static uint64_t pattern(uint64_t sequence, uint64_t index) {
    uint64_t x = sequence * 0x9e3779b97f4a7c15 + index * 0xbf58476d1ce4e5b9 + 1;
    x ^= x >> 31;
    return x * 0x94d049bb133111eb;
}

static void fill(void *data, size_t size, uint64_t sequence) {
    uint64_t *words = data;
    for (size_t i = 0; i < size / 8; i++) words[i] = pattern(sequence, i);
}

static bool matches(const void *data, size_t size, uint64_t sequence) {
    const uint64_t *words = data;
    for (size_t i = 0; i < size / 8; i++)
        if (words[i] != pattern(sequence, i)) return false;
    return true;
}

static void describe(struct load *load, struct ring *ring, unsigned at, const void *data, uint32_t size,
                     uint16_t flags) {
    ring->descriptors[at] = (struct ring_descriptor){
        .address = device_address(load->device, data),
        .length = size,
        .flags = flags,
        .next = flags & RING_NEXT ? (uint16_t)(at + 1) : 0,
    };
}

static void prepare_block(struct load *load) {
    uint64_t capacity;
    device_read_config(load->device, &capacity, 0, sizeof capacity);
    uint64_t needed = (uint64_t)load->depth * BLOCKS_PER_REQUEST * (load->sizes.block / SECTOR_SIZE);
    if (le64toh(capacity) < needed)
        fail("the disk has %llu sectors, the depth needs %llu", (unsigned long long)le64toh(capacity),
             (unsigned long long)needed);
    load->ring = &load->device->queues[0];
    for (unsigned i = 0; i < load->depth; i++) {
        struct request *request = &load->requests[i];
        request->data = device_allocate(load->device, load->sizes.block, 16);
        request->header = device_allocate(load->device, sizeof *request->header, 16);
        request->status = device_allocate(load->device, 1, 1);
    }
}

static void submit_block(struct load *load, unsigned index) {
    struct request *request = &load->requests[index];
    unsigned turn = (unsigned)(load->counters.submitted / load->depth);
    request->writes = turn % 2 == 0;
    request->block = turn / 2 * (turn % 2 == 0 ? 1 : 5) % BLOCKS_PER_REQUEST;
    if (request->written[request->block] == 0) request->writes = true;

    uint64_t block = (uint64_t)index * BLOCKS_PER_REQUEST + request->block;
    request->header->type = htole32(request->writes ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN);
    request->header->ioprio = 0;
    request->header->sector = htole64(block * (load->sizes.block / SECTOR_SIZE));
    *request->status = 0xff;
    if (request->writes)
        fill(request->data, load->sizes.block, request->sequence);
    else
        memset(request->data, 0xee, load->sizes.block);

    unsigned head = index * BLOCK_DESCRIPTORS;
    describe(load, load->ring, head, request->header, sizeof *request->header, RING_NEXT);
    describe(load, load->ring, head + 1, request->data, load->sizes.block,
             RING_NEXT | (request->writes ? 0 : RING_DEVICE_WRITES));
    describe(load, load->ring, head + 2, request->status, 1, RING_DEVICE_WRITES);
    ring_submit(load->ring, (uint16_t)head);
}

static bool check_block(const struct load *load, struct request *request, uint32_t length) {
    if (*request->status != VIRTIO_BLK_S_OK) return false;
    if (request->writes) {
        request->written[request->block] = request->sequence;
        return length == 1;
    }
    return length == load->sizes.block + 1 && matches(request->data, load->sizes.block, request->written[request->block]);
}

// A frame: the virtio header, addresses (broadcast, so that the device gives it back), type, sequence, pattern.
enum { NET_HEADER = 12, NET_SEQUENCE = 32, NET_PATTERN = 40 };

static void prepare_net(struct load *load) {
    load->ring = &load->device->queues[TRANSMIT_QUEUE];
    for (unsigned i = 0; i < load->depth; i++)
        load->requests[i].data = device_allocate(load->device, load->sizes.frame, load->sizes.frame);
    struct ring *ring = &load->device->queues[RECEIVE_QUEUE];
    for (unsigned i = 0; i < load->sizes.receive_buffers; i++) {
        load->received[i] = device_allocate(load->device, load->sizes.frame, load->sizes.frame);
        describe(load, ring, i, load->received[i], load->sizes.frame, RING_DEVICE_WRITES);
        ring_submit(ring, (uint16_t)i);
    }
}

static void submit_net(struct load *load, unsigned index) {
    struct request *request = &load->requests[index];
    memset(request->data, 0, NET_PATTERN);
    memset(request->data + NET_HEADER, 0xff, 6);
    memcpy(request->data + NET_HEADER + 6, "\x02vdpad\x88\xb5", 8);
    memcpy(request->data + NET_SEQUENCE, &request->sequence, sizeof request->sequence);
    fill(request->data + NET_PATTERN, load->sizes.frame - NET_PATTERN, request->sequence);
    describe(load, load->ring, index, request->data, load->sizes.frame, 0);
    ring_submit(load->ring, (uint16_t)index);
}

static void take_received(struct load *load) {
    struct ring *ring = &load->device->queues[RECEIVE_QUEUE];
    struct ring_used_element element;
    while (ring_take(ring, &element)) {
        if (element.id >= load->sizes.receive_buffers) {
            load->counters.unknown++;
            continue;
        }
        uint8_t *frame = load->received[element.id];
        uint64_t sequence;
        memcpy(&sequence, frame + NET_SEQUENCE, sizeof sequence);
        if (sequence <= load->last_received) load->counters.duplicated++;
        if (element.length != load->sizes.frame || sequence > load->counters.submitted ||
            !matches(frame + NET_PATTERN, load->sizes.frame - NET_PATTERN, sequence))
            load->counters.mismatched++;
        load->last_received = sequence;
        load->counters.received++;
        ring_submit(ring, (uint16_t)element.id);
    }
}

struct load *load_create(struct device *device, unsigned depth, int log) {
    struct load *load = calloc(1, sizeof *load);
    if (load == NULL) fail("out of memory");
    load->device = device;
    load->sizes = device->borrowed ? small : large;
    load->depth = depth;
    load->log = log;
    if (depth > MAX_DEPTH) fail("the depth is at most %d", MAX_DEPTH);
    if (depth == 0) return load;
    load->requests = calloc(depth, sizeof *load->requests);
    if (load->requests == NULL) fail("out of memory");
    if (device->id == VIRTIO_ID_BLOCK)
        prepare_block(load);
    else if (device->id == VIRTIO_ID_NET)
        prepare_net(load);
    else
        fail("no I/O for devices of class %u", device->id);
    return load;
}

void load_submit(struct load *load) {
    if (load->paused) return;
    for (unsigned i = 0; i < load->depth; i++) {
        struct request *request = &load->requests[i];
        if (request->in_flight) continue;
        request->in_flight = true;
        request->sequence = load->counters.submitted + 1;
        request->submitted_at = monotonic_now();
        if (load->device->id == VIRTIO_ID_BLOCK)
            submit_block(load, i);
        else
            submit_net(load, i);
        load->counters.submitted++;
    }
}

void load_pause(struct load *load, bool paused) { load->paused = paused; }

static void note_gap(struct load *load, struct sight completion) {
    struct sight last = load->last_completion;
    load->last_completion = completion;
    if (last.seen != 0 && completion.seen - last.seen > load->longest.to.seen - load->longest.from.seen)
        load->longest = (struct gap){last, completion};
}

struct gap load_take_gap(struct load *load) {
    struct gap longest = load->longest;
    load->longest = (struct gap){{0, 0}, {0, 0}};
    return longest;
}

void load_take_completions(struct load *load) {
    if (load->depth == 0) return;
    uint64_t former_look = load->last_look;
    load->last_look = monotonic_now();
    unsigned step = load->device->id == VIRTIO_ID_BLOCK ? BLOCK_DESCRIPTORS : 1;
    struct ring_used_element element;
    char lines[4096];
    size_t length = 0;
    while (ring_take(load->ring, &element)) {
        if (element.id % step != 0 || element.id / step >= load->depth) {
            load->counters.unknown++;
            continue;
        }
        struct request *request = &load->requests[element.id / step];
        if (!request->in_flight) {
            load->counters.duplicated++;
            continue;
        }
        uint64_t now = monotonic_now();
        note_gap(load, (struct sight){former_look, now});
        request->in_flight = false;
        load->counters.completed++;
        if (load->device->id == VIRTIO_ID_BLOCK && !check_block(load, request, element.length)) load->counters.mismatched++;
        if (load->log < 0) continue;
        length += (size_t)snprintf(lines + length, sizeof lines - length, "%llu %llu\n",
                                   (unsigned long long)now, (unsigned long long)request->sequence);
        if (length > sizeof lines - 64) {
            if (write(load->log, lines, length) < 0) fail("log: %s", strerror(errno));
            length = 0;
        }
    }
    if (length > 0 && write(load->log, lines, length) < 0) fail("log: %s", strerror(errno));
    if (load->device->id == VIRTIO_ID_NET) take_received(load);
}

unsigned load_in_flight(const struct load *load) {
    unsigned count = 0;
    for (unsigned i = 0; i < load->depth; i++) count += load->requests[i].in_flight;
    return count;
}

uint64_t load_oldest(const struct load *load) {
    uint64_t oldest = 0;
    for (unsigned i = 0; i < load->depth; i++) {
        const struct request *request = &load->requests[i];
        if (request->in_flight && (oldest == 0 || request->submitted_at < oldest)) oldest = request->submitted_at;
    }
    return oldest;
}

const struct counters *load_counters(const struct load *load) { return &load->counters; }
