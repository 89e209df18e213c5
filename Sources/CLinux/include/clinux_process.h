// Processes by pidfd.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct clinux_spawn {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const int32_t *descriptors; // descriptors[i] becomes number i in the child; -1 opens /dev/null
    size_t descriptor_count;    // at least 3, at most CLINUX_SPAWN_DESCRIPTORS
    int32_t parent_death_signal; // 0: none
    bool new_session;
};

#define CLINUX_SPAWN_DESCRIPTORS 32

struct clinux_exit {
    int32_t value; // exit code or signal number
    bool signalled;
};

int clinux_pidfd_open(int32_t pid);
int clinux_pidfd_getfd(int pidfd, int target);
int clinux_pidfd_kill(int pidfd, int signal);
// 1 when the child has ended and is reaped, 0 when it still runs.
int clinux_pidfd_reap(int pidfd, bool wait, struct clinux_exit *status);
// The pid. Everything but the mapped descriptors is closed. An error of exec is returned here; no child is left then.
int clinux_spawn(const struct clinux_spawn *request, int32_t *pidfd);
// Becomes the program arguments[0], looked up in PATH, with no signal blocked. Signals have their default action, save
// those that whoever started this process may have had it ignore on purpose: SIGHUP (nohup), SIGINT and SIGQUIT (a shell's &).
int clinux_exec(char *const *arguments);
// RLIMIT_MEMLOCK in bytes; UINT64_MAX is no limit.
int clinux_memory_lock_limit(uint64_t *soft, uint64_t *hard);
int clinux_set_memory_lock_limit(uint64_t soft, uint64_t hard);
