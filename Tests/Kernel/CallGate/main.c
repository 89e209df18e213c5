// Holds whichever of some processes makes a call first, at the entry of the call or at its return.
//
//   CallGate entry|return CALL PID...
//
// CALL is one of
//   suspend          VHOST_VDPA_SUSPEND
//   write:SUFFIX     a write to a file whose path ends like this
//   netlink:NUMBER   this command of a generic netlink family
//
// Answers with lines of JSON on stdout: that it watches, then the process that it holds. Ends when stdin ends or says
// anything; the processes then go on.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_THREADS = 256 };
static const struct timespec patience = {20, 0};  // without any call at all
static const uint64_t suspend_number = 0xaf7d;  // VHOST_VDPA_SUSPEND; newer than Debian's headers

// The call to hold.
static struct {
    enum { SUSPEND, WRITE, NETLINK } kind;
    const char *suffix;
    int command;
} wanted;

static struct {
    pid_t thread;
    bool in_call;
} threads[MAX_THREADS];
static unsigned thread_count;

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "CallGate: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void seize(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *directory = opendir(path);
    if (directory == NULL) fail(path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        pid_t thread = atoi(entry->d_name);
        if (thread == 0) continue;
        if (thread_count == MAX_THREADS) fail("too many threads");
        if (ptrace(PTRACE_SEIZE, thread, NULL, (void *)(long)PTRACE_O_TRACESYSGOOD) < 0) fail("PTRACE_SEIZE");
        if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) < 0) fail("PTRACE_INTERRUPT");
        threads[thread_count++].thread = thread;
    }
    closedir(directory);
}

static bool parse_wanted(const char *text) {
    if (strcmp(text, "suspend") == 0) return true;
    if (strncmp(text, "write:", 6) == 0) {
        wanted.kind = WRITE;
        wanted.suffix = text + 6;
        return true;
    }
    wanted.kind = NETLINK;
    return sscanf(text, "netlink:%d", &wanted.command) == 1;
}

static bool read_memory(pid_t thread, uint64_t address, void *buffer, size_t length) {
    struct iovec local = {buffer, length}, remote = {(void *)(uintptr_t)address, length};
    return process_vm_readv(thread, &local, 1, &remote, 1, 0) == (ssize_t)length;
}

static bool is_wanted_file(pid_t thread, uint64_t descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", thread, (int)descriptor);
    ssize_t length = readlink(link, path, sizeof path);
    ssize_t wanted_length = (ssize_t)strlen(wanted.suffix);
    return length >= wanted_length && memcmp(path + length - wanted_length, wanted.suffix, wanted_length) == 0;
}

static bool is_wanted_message(pid_t thread, uint64_t address) {
    struct msghdr header;
    struct iovec data;
    struct {
        struct nlmsghdr netlink;
        struct genlmsghdr generic;
    } message;
    return read_memory(thread, address, &header, sizeof header) && header.msg_iovlen == 1 &&
           read_memory(thread, (uint64_t)(uintptr_t)header.msg_iov, &data, sizeof data) &&
           read_memory(thread, (uint64_t)(uintptr_t)data.iov_base, &message, sizeof message) &&
           message.netlink.nlmsg_len == data.iov_len && message.netlink.nlmsg_type > GENL_ID_CTRL &&
           message.generic.cmd == wanted.command;
}

static bool is_wanted(pid_t thread, const struct __ptrace_syscall_info *call) {
    const uint64_t *arguments = (const uint64_t *)call->entry.args;
    switch (wanted.kind) {
    case SUSPEND: return call->entry.nr == SYS_ioctl && arguments[1] == suspend_number;
    case WRITE: return call->entry.nr == SYS_write && is_wanted_file(thread, arguments[0]);
    case NETLINK: return call->entry.nr == SYS_sendmsg && is_wanted_message(thread, arguments[1]);
    }
    return false;
}

// Whether a thread that has stopped at a system call is where it is to be held.
static bool has_arrived(pid_t thread, bool at_return) {
    struct __ptrace_syscall_info call;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof call, &call) < 0) return false;
    for (unsigned i = 0; i < thread_count; i++) {
        if (threads[i].thread != thread) continue;
        if (call.op == PTRACE_SYSCALL_INFO_EXIT) return at_return && threads[i].in_call;
        threads[i].in_call = call.op == PTRACE_SYSCALL_INFO_ENTRY && is_wanted(thread, &call);
        return !at_return && threads[i].in_call;
    }
    return false;
}

// Lets every thread that has stopped go on, except one that has arrived if none is held yet. Returns that one, or 0.
static pid_t serve(bool at_return, bool holds) {
    int status;
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL | WNOHANG)) > 0;) {
        if (!WIFSTOPPED(status)) continue;
        int stop = WSTOPSIG(status), pass = 0;
        if (stop == (SIGTRAP | 0x80)) {
            if (has_arrived(thread, at_return) && !holds) return thread;
        } else if (status >> 16 == 0) {
            pass = stop;
        }
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(long)pass);
    }
    return 0;
}

static void on_child(int number) { (void)number; }

int main(int argc, char **argv) {
    if (argc < 4 || (strcmp(argv[1], "entry") != 0 && strcmp(argv[1], "return") != 0) || !parse_wanted(argv[2])) {
        fputs("usage: CallGate entry|return suspend|write:SUFFIX|netlink:NUMBER PID...\n", stderr);
        return 2;
    }
    bool at_return = strcmp(argv[1], "return") == 0;
    sigset_t child, before;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    sigdelset(&before, SIGCHLD);  // whoever started this may have blocked it
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = on_child}, NULL);
    for (int i = 3; i < argc; i++) seize(atoi(argv[i]));
    puts("{\"held\":0}");
    fflush(stdout);

    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    for (pid_t held = 0;;) {
        pid_t arrived = serve(at_return, held != 0);
        if (arrived != 0) {
            held = arrived;
            printf("{\"held\":%d}\n", held);
            fflush(stdout);
            continue;  // one signal may have stood for several that have stopped
        }
        int ready = ppoll(&input, 1, held == 0 ? &patience : NULL, &before);
        if (ready > 0) return 0;
        if (ready == 0) {
            fputs("CallGate: nobody has called\n", stderr);
            return 1;
        }
        if (ready < 0 && errno != EINTR) fail("ppoll");
    }
}
