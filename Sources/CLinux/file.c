#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_close(int fd)
{
    return close(fd) < 0 ? -errno : 0;
}

int clinux_open(const char *path, enum clinux_open how, uint32_t mode)
{
    static const int flags[] = {
        [CLINUX_OPEN_READ] = O_RDONLY,
        [CLINUX_OPEN_READ_WRITE] = O_RDWR,
        [CLINUX_OPEN_WRITE] = O_WRONLY,
        [CLINUX_OPEN_CREATE_NEW] = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
        [CLINUX_OPEN_CREATE] = O_RDWR | O_CREAT | O_NOFOLLOW,
        [CLINUX_OPEN_APPEND] = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
        [CLINUX_OPEN_DIRECTORY] = O_RDONLY | O_DIRECTORY,
        [CLINUX_OPEN_REFERENCE] = O_PATH | O_NOFOLLOW,
    };
    int fd = open(path, flags[how] | O_CLOEXEC, mode);
    return fd < 0 ? -errno : fd;
}

ssize_t clinux_read(int fd, void *bytes, size_t length)
{
    ssize_t count = read(fd, bytes, length);
    return count < 0 ? -errno : count;
}

ssize_t clinux_write(int fd, const void *bytes, size_t length)
{
    ssize_t count = write(fd, bytes, length);
    return count < 0 ? -errno : count;
}

int clinux_flush(int fd)
{
    return fsync(fd) < 0 ? -errno : 0;
}

int clinux_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

int clinux_lock_wait(int fd)
{
    return flock(fd, LOCK_EX) < 0 ? -errno : 0;
}

int clinux_memory_file(const char *label)
{
    int fd = memfd_create(label, MFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int clinux_change_mode(int fd, uint32_t mode)
{
    return fchmod(fd, mode) < 0 ? -errno : 0;
}

int clinux_change_path_mode(const char *path, uint32_t mode)
{
    return chmod(path, mode) < 0 ? -errno : 0;
}

int clinux_change_owner(int fd, uint32_t uid, uint32_t gid)
{
    return fchownat(fd, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

int clinux_change_reference_mode(int fd, uint32_t mode)
{
    // fchmod(2) refuses O_PATH, and fchmodat2(2) is Linux 6.6.
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return clinux_change_path_mode(path, mode);
}

int clinux_rename(const char *from, const char *to)
{
    return rename(from, to) < 0 ? -errno : 0;
}

int clinux_unlink(const char *path)
{
    return unlink(path) < 0 ? -errno : 0;
}

int clinux_make_directory(const char *path, uint32_t mode)
{
    return mkdir(path, mode) < 0 ? -errno : 0;
}

ssize_t clinux_readlink(const char *path, char *buffer, size_t capacity)
{
    ssize_t count = readlink(path, buffer, capacity);
    return count < 0 ? -errno : count;
}

int clinux_prepare(int fd, bool nonblocking)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -errno;
    flags = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int clinux_duplicate_inheritable(int fd)
{
    int copy = fcntl(fd, F_DUPFD, 3);
    return copy < 0 ? -errno : copy;
}

int clinux_terminal_rows(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) < 0 ? -errno : size.ws_row;
}

int clinux_status(int directory, const char *path, bool follow, struct clinux_status *status)
{
    struct statx s;
    int flags = AT_STATX_DONT_SYNC | AT_EMPTY_PATH | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
    if (statx(directory < 0 ? AT_FDCWD : directory, path, flags, STATX_BASIC_STATS, &s) < 0)
        return -errno;
    *status = (struct clinux_status){
        .inode = s.stx_ino,
        .size = s.stx_size,
        .links = s.stx_nlink,
        .special_major = s.stx_rdev_major,
        .special_minor = s.stx_rdev_minor,
        .mode = s.stx_mode,
        .uid = s.stx_uid,
        .gid = s.stx_gid,
    };
    return 0;
}

ssize_t clinux_directory_entries(int fd, void *buffer, size_t capacity)
{
    ssize_t count = syscall(SYS_getdents64, fd, buffer, capacity);
    return count < 0 ? -errno : count;
}

int64_t clinux_raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}
