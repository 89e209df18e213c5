#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "CLinux.h"

enum { ENTRY_SIZE = 65536 };

int64_t clinux_user_id(const char *name)
{
    char buffer[ENTRY_SIZE];
    struct passwd entry, *found;
    int error = getpwnam_r(name, &entry, buffer, sizeof buffer, &found);
    if (error)
        return -error;
    return found ? (int64_t)found->pw_uid : -ENOENT;
}

int64_t clinux_group_id(const char *name)
{
    char buffer[ENTRY_SIZE];
    struct group entry, *found;
    int error = getgrnam_r(name, &entry, buffer, sizeof buffer, &found);
    if (error)
        return -error;
    return found ? (int64_t)found->gr_gid : -ENOENT;
}

static ssize_t copy(const char *name, char *destination, size_t capacity)
{
    size_t length = strlen(name);
    if (length > capacity)
        return -ERANGE;
    memcpy(destination, name, length);
    return (ssize_t)length;
}

ssize_t clinux_user_name(uint32_t id, char *name, size_t capacity)
{
    char buffer[ENTRY_SIZE];
    struct passwd entry, *found;
    int error = getpwuid_r(id, &entry, buffer, sizeof buffer, &found);
    if (error)
        return -error;
    return found ? copy(found->pw_name, name, capacity) : -ENOENT;
}

ssize_t clinux_group_name(uint32_t id, char *name, size_t capacity)
{
    char buffer[ENTRY_SIZE];
    struct group entry, *found;
    int error = getgrgid_r(id, &entry, buffer, sizeof buffer, &found);
    if (error)
        return -error;
    return found ? copy(found->gr_name, name, capacity) : -ENOENT;
}
