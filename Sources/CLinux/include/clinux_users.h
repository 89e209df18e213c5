// Users and groups; -ENOENT when there is none of that name.
#pragma once

#include <stdint.h>

int64_t clinux_user_id(const char *name);
int64_t clinux_group_id(const char *name);
