#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "CLinux.h"

enum { SEND_BUFFER = 8 << 20 };

int clinux_journal_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    // The kernel takes less where net.core.wmem_max is less.
    int size = SEND_BUFFER;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return fd;
}

// A file that nobody can change any more, which the journal reads without checking where it comes from.
static int sealed_file(const void *bytes, size_t length)
{
    int fd = memfd_create("vdpad-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    ssize_t written = write(fd, bytes, length);
    int error = written < 0 ? -errno : (size_t)written < length ? -EIO : 0;
    if (error == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        error = -errno;
    if (error == 0)
        return fd;
    close(fd);
    return error;
}

static int send_file(int fd, struct sockaddr_un *address, const void *bytes, size_t length)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {
        .msg_name = address,
        .msg_namelen = sizeof *address,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    int file = sealed_file(bytes, length);
    if (file < 0)
        return file;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof file);
    memcpy(CMSG_DATA(&control.header), &file, sizeof file);
    int result = sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
    close(file);
    return result;
}

int clinux_journal_send(int fd, const char *path, const void *bytes, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    if (sendto(fd, bytes, length, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address) >= 0)
        return 0;
    if (errno != EMSGSIZE && errno != ENOBUFS)
        return -errno;
    return send_file(fd, &address, bytes, length);
}

int clinux_is_file(int fd, uint64_t device, uint64_t inode)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    return status.st_dev == device && status.st_ino == inode;
}
