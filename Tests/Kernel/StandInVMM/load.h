// Continuous I/O on a device, every completion of it checked.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "device.h"

struct counters {
    uint64_t submitted;
    uint64_t completed;
    uint64_t received;    // net: frames that came back
    uint64_t duplicated;  // used entries for a request that was not in flight
    uint64_t unknown;     // used entries with an id that was never given out
    uint64_t mismatched;  // wrong data, wrong length or a bad status
};

// When a completion was seen, and when the rings were last looked through without it, as CLOCK_MONOTONIC nanoseconds: the
// device was done between the two.
struct sight {
    uint64_t after;
    uint64_t seen;
};

// Between two completions next to each other.
struct gap {
    struct sight from;
    struct sight to;
};

struct load;

// Depth is the number of requests kept in flight; 0 does no I/O. The log (-1 for none) gets a line per completion:
// CLOCK_MONOTONIC nanoseconds and the request's sequence number.
struct load *load_create(struct device *device, unsigned depth, int log);
// Fills the queue up to its depth, unless paused.
void load_submit(struct load *load);
void load_pause(struct load *load, bool paused);
// Takes and checks what the device has completed.
void load_take_completions(struct load *load);
unsigned load_in_flight(const struct load *load);
// Since when the oldest request waits, as CLOCK_MONOTONIC nanoseconds; 0 when none does.
uint64_t load_oldest(const struct load *load);
// The longest gap that has ended since the last call; all times are 0 when there was none.
struct gap load_take_gap(struct load *load);
const struct counters *load_counters(const struct load *load);

uint64_t monotonic_now(void);
