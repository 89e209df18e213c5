#include <errno.h>
#include <grp.h>
#include <pwd.h>

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
