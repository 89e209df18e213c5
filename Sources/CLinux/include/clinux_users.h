// Users and groups; -ENOENT when there is none of that name or number.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int64_t clinux_user_id(const char *name);
int64_t clinux_group_id(const char *name);
// The length of the name, which ends without a NUL; -ERANGE when it is longer than the buffer.
ssize_t clinux_user_name(uint32_t id, char *name, size_t capacity);
ssize_t clinux_group_name(uint32_t id, char *name, size_t capacity);
