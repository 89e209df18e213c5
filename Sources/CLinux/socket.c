#include <errno.h>
#include <linux/sockios.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "CLinux.h"

int clinux_unix_socket(bool nonblocking)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    return fd < 0 ? -errno : fd;
}

int clinux_socketpair(bool nonblocking, int32_t fds[2])
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    return socketpair(AF_UNIX, type, 0, fds) < 0 ? -errno : 0;
}

static int unix_address(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);
    if (length == 0)
        return -EINVAL;
    if (length >= sizeof address->sun_path)
        return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return 0;
}

int clinux_bind(int fd, const char *path)
{
    struct sockaddr_un address;
    int error = unix_address(path, &address);
    if (error < 0)
        return error;
    return bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int clinux_connect(int fd, const char *path)
{
    struct sockaddr_un address;
    int error = unix_address(path, &address);
    if (error < 0)
        return error;
    return connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int clinux_listen(int fd, int backlog)
{
    return listen(fd, backlog) < 0 ? -errno : 0;
}

int clinux_accept(int fd)
{
    int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return connection < 0 ? -errno : connection;
}

int clinux_shutdown_write(int fd)
{
    return shutdown(fd, SHUT_WR) < 0 ? -errno : 0;
}

int clinux_shutdown(int fd)
{
    return shutdown(fd, SHUT_RDWR) < 0 ? -errno : 0;
}

static int option(int fd, int name)
{
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_SOCKET, name, &value, &length) < 0 ? -errno : value;
}

int clinux_is_unix_listener(int fd)
{
    int domain = option(fd, SO_DOMAIN), type = option(fd, SO_TYPE), listening = option(fd, SO_ACCEPTCONN);
    if (domain < 0)
        return domain == -ENOTSOCK ? 0 : domain;
    return domain == AF_UNIX && type == SOCK_STREAM && listening == 1;
}

union control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * CLINUX_MAX_DESCRIPTORS)];
};

ssize_t clinux_send(int fd, const void *bytes, size_t length, const int32_t *fds, size_t count)
{
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    union control control;
    if (count > CLINUX_MAX_DESCRIPTORS)
        return -EINVAL;
    if (count == 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        return sent < 0 ? -errno : sent;
    }
    memset(&control, 0, CMSG_SPACE(sizeof(int) * count));
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

static void keep_descriptors(struct cmsghdr *header, int32_t *fds, size_t capacity, struct clinux_received *received)
{
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
        if ((size_t)received->count < capacity) {
            fds[received->count++] = fd;
        } else {
            received->surplus = true;
            close(fd);
        }
    }
}

ssize_t clinux_receive(int fd, void *bytes, size_t length, int32_t *fds, size_t capacity,
                       struct clinux_received *received)
{
    // Always room for the most the kernel sends, so that a surplus is seen and closed here.
    union control control;
    struct iovec vector = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    *received = (struct clinux_received){0};
    ssize_t count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    if (count < 0)
        return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
            keep_descriptors(header, fds, capacity, received);
    received->truncated = message.msg_flags & MSG_CTRUNC;
    return count;
}

ssize_t clinux_receive_plain(int fd, void *bytes, size_t length)
{
    struct iovec vector = {.iov_base = bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    // Peeking leaves the descriptors referenced by the queue: taken from it without room for them, the kernel would let go of
    // what may be the last reference, here.
    ssize_t count = recvmsg(fd, &message, MSG_PEEK);
    if (count < 0)
        return -errno;
    if (message.msg_flags & MSG_CTRUNC)
        return -EPERM;
    // No more than that: what has come meanwhile may bring descriptors.
    count = recv(fd, bytes, (size_t)count, 0);
    return count < 0 ? -errno : count;
}

ssize_t clinux_receive_uevent(int fd, void *bytes, size_t length, bool *from_kernel)
{
    struct sockaddr_nl sender = {0};
    socklen_t sender_length = sizeof sender;
    // Without room for descriptors the kernel closes any that come.
    ssize_t count = recvfrom(fd, bytes, length, 0, (struct sockaddr *)&sender, &sender_length);
    if (count < 0)
        return -errno;
    *from_kernel = sender_length >= sizeof sender && sender.nl_family == AF_NETLINK && sender.nl_pid == 0;
    return count;
}

int clinux_peer_credentials(int fd, struct clinux_credentials *credentials)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
        return -errno;
    *credentials = (struct clinux_credentials){.pid = peer.pid, .uid = peer.uid, .gid = peer.gid};
    return 0;
}

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int clinux_peer_pidfd(int fd)
{
    return option(fd, SO_PEERPIDFD);
}

ssize_t clinux_peer_groups(int fd, uint32_t *groups, size_t capacity)
{
    socklen_t length = (socklen_t)(capacity * sizeof *groups);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0)
        return -errno;
    return (ssize_t)(length / sizeof *groups);
}

static int poll_one(int fd, short events, int64_t timeout_ns)
{
    struct pollfd entry = {.fd = fd, .events = events};
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    int count = ppoll(&entry, 1, timeout_ns < 0 ? NULL : &timeout, NULL);
    return count < 0 ? -errno : count;
}

int clinux_poll_readable(int fd, int64_t timeout_ns)
{
    return poll_one(fd, POLLIN, timeout_ns);
}

int clinux_poll_writable(int fd, int64_t timeout_ns)
{
    return poll_one(fd, POLLOUT, timeout_ns);
}

int clinux_notify(const char *name, const char *text, size_t length)
{
    struct sockaddr_un address;
    int error = unix_address(name, &address);
    if (error < 0)
        return error;
    if (address.sun_path[0] == '@')
        address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    ssize_t sent = sendto(fd, text, length, MSG_NOSIGNAL, (struct sockaddr *)&address, size);
    int result = sent < 0 ? -errno : 0;
    close(fd);
    return result;
}

int clinux_uevent_socket(int receive_buffer)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    if (fd < 0)
        return -errno;
    // Both may be refused without privileges; the default size then stands.
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    return fd;
}

int clinux_receivable(int socket)
{
    int bytes = 0;
    return ioctl(socket, SIOCINQ, &bytes) < 0 ? -errno : bytes;
}

int clinux_unread(int socket)
{
    int bytes = 0;
    return ioctl(socket, SIOCOUTQ, &bytes) < 0 ? -errno : bytes;
}
