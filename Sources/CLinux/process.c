#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CLinux.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int clinux_pidfd_open(int32_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

int clinux_pidfd_getfd(int pidfd, int target)
{
    int fd = (int)syscall(SYS_pidfd_getfd, pidfd, target, 0);
    return fd < 0 ? -errno : fd;
}

int clinux_pidfd_kill(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int clinux_pidfd_reap(int pidfd, bool wait, struct clinux_exit *status)
{
    siginfo_t info = {0};
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &info, WEXITED | (wait ? 0 : WNOHANG)) < 0)
        return -errno;
    if (info.si_pid == 0)
        return 0;
    *status = (struct clinux_exit){.value = info.si_status, .signalled = info.si_code != CLD_EXITED};
    return 1;
}

// In the child: no allocation, no lock, no library that keeps state.
static int become(const struct clinux_spawn *request, pid_t parent)
{
    int moved[CLINUX_SPAWN_DESCRIPTORS];
    sigset_t none;
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++)
        (void)sigaction(signal, &fallback, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (request->new_session && setsid() < 0)
        return errno;
    if (request->parent_death_signal) {
        if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal) < 0)
            return errno;
        // The parent may have gone before the option was set.
        if (getppid() != parent)
            return ESRCH;
    }
    // First out of the way of the numbers that are given out below.
    for (size_t i = 0; i < request->descriptor_count; i++) {
        int source = request->descriptors[i];
        moved[i] = source < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : source;
        if (moved[i] < 0)
            return errno;
        moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, CLINUX_SPAWN_DESCRIPTORS);
        if (moved[i] < 0)
            return errno;
    }
    for (size_t i = 0; i < request->descriptor_count; i++)
        if (dup2(moved[i], (int)i) < 0)
            return errno;
    if (syscall(SYS_close_range, (unsigned)request->descriptor_count, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */) < 0)
        return errno;
    execve(request->path, request->arguments, request->environment);
    return errno;
}

int clinux_spawn(const struct clinux_spawn *request, int32_t *pidfd)
{
    if (request->descriptor_count < 3 || request->descriptor_count > CLINUX_SPAWN_DESCRIPTORS)
        return -EINVAL;
    // Closed by a successful exec. Not through shared memory: sanitizers turn vfork into fork.
    int report[2], failure = 0;
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) {
        // Above the numbers that are given out.
        int out = fcntl(report[1], F_DUPFD_CLOEXEC, CLINUX_SPAWN_DESCRIPTORS);
        int reason = become(request, parent);
        (void)!write(out, &reason, sizeof reason);
        _exit(127);
    }
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child > 0)
        while (read(report[0], &failure, sizeof failure) < 0 && errno == EINTR)
            ;
    close(report[0]);
    if (child < 0)
        return -error;
    int fd = -1;
    if (failure == 0) {
        fd = clinux_pidfd_open(child);
        if (fd < 0) {
            failure = -fd;
            kill(child, SIGKILL);
        }
    }
    if (failure) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
        return -failure;
    }
    *pidfd = fd;
    return child;
}

int clinux_exec(char *const *arguments)
{
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int signal = 1; signal < NSIG; signal++)
        if (signal != SIGHUP && signal != SIGINT && signal != SIGQUIT)
            (void)sigaction(signal, &fallback, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(arguments[0], arguments);
    return -errno;
}

int clinux_memory_lock_limit(uint64_t *soft, uint64_t *hard)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
        return -errno;
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return 0;
}

int clinux_set_memory_lock_limit(uint64_t soft, uint64_t hard)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(RLIMIT_MEMLOCK, &limit) < 0 ? -errno : 0;
}
