#include "process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"

void enter_new_namespaces(int descriptor_to_close) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0) fail("unshare: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) fail("fork: %s", strerror(errno));
    if (child == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) fail("PR_SET_PDEATHSIG: %s", strerror(errno));
        return;
    }
    close(descriptor_to_close);
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) fail("waitpid: %s", strerror(errno));
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void become_user(unsigned user) {
    if (setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0)
        fail("setresuid %u: %s", user, strerror(errno));
}

void set_dumpable(int dumpable) {
    if (prctl(PR_SET_DUMPABLE, dumpable) < 0) fail("PR_SET_DUMPABLE: %s", strerror(errno));
}

void become_realtime(void) {
    const struct sched_param first = {.sched_priority = 1};
    if (sched_setscheduler(0, SCHED_FIFO, &first) < 0) fail("SCHED_FIFO: %s", strerror(errno));
}

void raise_memory_lock_limit(void) {
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &unlimited);  // without the right to, mapping reports the failure
}

int outer_process_id(void) {
    char text[16] = "";
    return readlink("/proc/self", text, sizeof text - 1) < 0 ? -1 : atoi(text);
}

int listen_on(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail("%s: too long", path);
    strcpy(address.sun_path, path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0)
        fail("listen on %s: %s", path, strerror(errno));
    return listener;
}

void send_descriptor(int listener, int descriptor) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return;
    char byte = 0;
    struct iovec data = {&byte, 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {
        .cmsg_len = CMSG_LEN(sizeof(int)),
        .cmsg_level = SOL_SOCKET,
        .cmsg_type = SCM_RIGHTS,
    }};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    (void)!sendmsg(connection, &message, MSG_NOSIGNAL);
    close(connection);
}
