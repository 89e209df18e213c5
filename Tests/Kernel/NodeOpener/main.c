// Opens and closes a node over and over, in several processes at once, while it is told to.
//
//   NodeOpener PROCESSES
//
// Commands on stdin, each answered by a line of JSON on stdout:
//   start NODE    answers when every process has tried
//   stop          answers when none tries any more, with what became of the tries

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 16 };
// Nanoseconds at most; closed for longer than open, so that others have a chance.
static const long longest_open = 200000, longest_closed = 2000000;

// Shared by all processes. Odd rounds are those in which they open.
static struct {
    atomic_uint round;
    char node[256];
    atomic_uint seen[MAX_PROCESSES];
    atomic_ulong opened, busy, missing, failed;
    atomic_int error;
} *shared;

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "NodeOpener: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void rest(long longest) {
    nanosleep(&(struct timespec){0, random() % longest}, NULL);
}

static void try_once(void) {
    int node = open(shared->node, O_RDWR | O_CLOEXEC);
    if (node >= 0) {
        rest(longest_open);
        close(node);
        atomic_fetch_add(&shared->opened, 1);
    } else if (errno == EBUSY) {
        atomic_fetch_add(&shared->busy, 1);
    } else if (errno == ENOENT || errno == ENXIO) {
        atomic_fetch_add(&shared->missing, 1);
    } else {
        atomic_store(&shared->error, errno);
        atomic_fetch_add(&shared->failed, 1);
    }
}

__attribute__((noreturn)) static void open_forever(unsigned index) {
    srandom(index);
    while (true) {
        unsigned round = atomic_load(&shared->round);
        if (round % 2 == 1) try_once();
        atomic_store(&shared->seen[index], round);
        rest(longest_closed);
    }
}

static void begin_round(unsigned processes) {
    unsigned round = atomic_fetch_add(&shared->round, 1) + 1;
    for (unsigned i = 0; i < processes; i++)
        while (atomic_load(&shared->seen[i]) != round) rest(longest_closed);
}

int main(int argc, char **argv) {
    unsigned processes = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
    if (processes < 1 || processes > MAX_PROCESSES) {
        fputs("usage: NodeOpener PROCESSES\n", stderr);
        return 2;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) fail("mmap");
    for (unsigned i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) fail("fork");
        if (child > 0) continue;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        open_forever(i);
    }

    char line[sizeof shared->node + 16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        bool opening = atomic_load(&shared->round) % 2 == 1;
        if (!opening && sscanf(line, "start %255s", shared->node) == 1) {
            begin_round(processes);
            printf("{\"command\":\"start\"}\n");
        } else if (opening && strcmp(line, "stop\n") == 0) {
            begin_round(processes);
            printf("{\"opened\":%lu,\"busy\":%lu,\"missing\":%lu,\"failed\":%lu,\"errno\":%d}\n",
                   atomic_exchange(&shared->opened, 0), atomic_exchange(&shared->busy, 0),
                   atomic_exchange(&shared->missing, 0), atomic_exchange(&shared->failed, 0),
                   atomic_exchange(&shared->error, 0));
        } else {
            printf("{\"error\":\"not now, or unknown\"}\n");
        }
        fflush(stdout);
    }
    return 0;
}
