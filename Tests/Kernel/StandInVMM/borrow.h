// Where a driver in another process may put its buffers.
#pragma once

#include <stdint.h>

// The first place at or behind `start`, in the memory that vdpad has made for its rings, at which nothing of a ring is.
uint64_t borrowed_room(uint64_t start, uint64_t size);
