// Unix sockets with descriptor passing, and the uevent socket.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The kernel's SCM_MAX_FD.
#define CLINUX_MAX_DESCRIPTORS 253

struct clinux_received {
    int32_t count;      // descriptors kept
    bool surplus;       // more came than the caller takes; they are closed
    bool truncated;     // MSG_CTRUNC: the kernel could not install all of them
};

struct clinux_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

int clinux_unix_socket(bool nonblocking);
int clinux_socketpair(bool nonblocking, int32_t fds[2]);
int clinux_bind(int fd, const char *path);
int clinux_connect(int fd, const char *path);
int clinux_listen(int fd, int backlog);
int clinux_accept(int fd);
int clinux_shutdown_write(int fd);
int clinux_shutdown(int fd);
// 1 when the descriptor is a listening unix stream socket, 0 when not.
int clinux_is_unix_listener(int fd);

ssize_t clinux_send(int fd, const void *bytes, size_t length, const int32_t *fds, size_t count);
ssize_t clinux_receive(int fd, void *bytes, size_t length, int32_t *fds, size_t capacity,
                       struct clinux_received *received);
// -EPERM, with nothing taken from the socket, when descriptors come with what is there.
ssize_t clinux_receive_plain(int fd, void *bytes, size_t length);

int clinux_peer_credentials(int fd, struct clinux_credentials *credentials);
// A pidfd of the process that connected (SO_PEERPIDFD, since 6.5): never of another that has its number now.
int clinux_peer_pidfd(int fd);
// The supplementary groups of the process when it connected (SO_PEERGROUPS, since 4.13), and how many there are, be it more
// than the capacity: then -ERANGE.
ssize_t clinux_peer_groups(int fd, uint32_t *groups, size_t capacity);

// 1 when ready or hung up, 0 when the time is over. timeout_ns < 0 waits for ever.
int clinux_poll_readable(int fd, int64_t timeout_ns);
int clinux_poll_writable(int fd, int64_t timeout_ns);

// Sends one datagram to a unix address; a leading '@' means the abstract name space.
int clinux_notify(const char *address, const char *message, size_t length);

// The kernel's own uevents (multicast group 1).
int clinux_uevent_socket(int receive_buffer);
// One of them, and whether the kernel sent it: anybody may send to the group.
ssize_t clinux_receive_uevent(int fd, void *bytes, size_t length, bool *from_kernel);
// How much there is to be received from a unix stream socket.
int clinux_receivable(int socket);
// How much of what was sent the peer of a unix stream socket has not read: 0 once it has read everything.
int clinux_unread(int socket);
