// Watches from outside which descriptors a process and its children have: looks into /proc every millisecond.
//
// A look counts the descriptors of each process and goes through them one by one when the count has changed, and at
// every 16th look: going through them takes longer than a millisecond in an emulated machine.
//
//   DescriptorWatch PID NODE...
//
// Answers with lines of JSON on stdout. First one that says it is ready; then one for each descriptor of one of the
// nodes that a look has found, with the moments before and after the look at that descriptor; and, when stdin ends or
// says anything, the number of looks and the longest time between two of them. Times are CLOCK_MONOTONIC nanoseconds.

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PROCESSES = 256, MAX_NODES = 8 };
static const uint64_t interval = 1000000;

struct process {
    pid_t pid;
    int descriptors;  // its folder in /proc
    off_t count;      // of its descriptors, when they were gone through last
};

struct watch {
    struct process processes[MAX_PROCESSES];
    unsigned process_count;
    pid_t last_process;
    dev_t nodes[MAX_NODES];
    unsigned node_count;
};

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "DescriptorWatch: %s: %s\n", what, strerror(errno));
    exit(2);
}

static ssize_t read_text(const char *path, char *text, size_t size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, size - 1);
    close(file);
    if (length >= 0) text[length] = 0;
    return length;
}

// The process that was started last, of the whole machine: while it is the same, nobody has new children.
static pid_t last_process(void) {
    char text[128];
    if (read_text("/proc/loadavg", text, sizeof text) < 0) fail("/proc/loadavg");
    const char *field = strrchr(text, ' ');
    return field == NULL ? 0 : atoi(field);
}

static pid_t parent_of(pid_t process) {
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    if (read_text(path, text, sizeof text) < 0) return 0;
    const char *end = strrchr(text, ')');
    pid_t parent = 0;
    return end != NULL && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : 0;
}

static void add(struct watch *watch, pid_t process) {
    if (watch->process_count == MAX_PROCESSES) fail("too many children");
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", process);
    int descriptors = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptors < 0) return;
    watch->processes[watch->process_count++] = (struct process){process, descriptors, -1};
}

static void find_children(struct watch *watch) {
    pid_t last = last_process();
    if (last == watch->last_process) return;
    watch->last_process = last;
    while (watch->process_count > 1) close(watch->processes[--watch->process_count].descriptors);
    DIR *directory = opendir("/proc");
    if (directory == NULL) fail("/proc");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        pid_t process = atoi(entry->d_name);
        if (parent_of(process) == watch->processes[0].pid) add(watch, process);
    }
    closedir(directory);
}

static void go_through(const struct watch *watch, const struct process *process) {
    DIR *directory = fdopendir(openat(process->descriptors, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory == NULL) return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        struct stat status;
        uint64_t from = now();
        if (fstatat(process->descriptors, entry->d_name, &status, 0) < 0 || !S_ISCHR(status.st_mode)) continue;
        for (unsigned i = 0; i < watch->node_count; i++) {
            if (status.st_rdev != watch->nodes[i]) continue;
            printf("{\"pid\":%d,\"descriptor\":%d,\"from\":%" PRIu64 ",\"until\":%" PRIu64 "}\n", process->pid,
                   atoi(entry->d_name), from, now());
        }
    }
    closedir(directory);
}

static void look(struct watch *watch, bool thoroughly) {
    for (unsigned i = 0; i < watch->process_count; i++) {
        struct process *process = &watch->processes[i];
        struct stat status;
        // The size of this folder is the number of descriptors, since Linux 6.2.
        if (fstat(process->descriptors, &status) < 0) continue;
        if (status.st_size == process->count && !thoroughly) continue;
        process->count = status.st_size;
        go_through(watch, process);
    }
}

static bool is_over(uint64_t next) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    uint64_t time = now();
    struct timespec rest = {0, time < next ? (long)(next - time) : 0};
    return ppoll(&input, 1, &rest, NULL) > 0;
}

int main(int argc, char **argv) {
    struct watch watch = {0};
    if (argc < 3 || argc - 2 > MAX_NODES) {
        fputs("usage: DescriptorWatch PID NODE...\n", stderr);
        return 2;
    }
    // So that the looks come in time.
    setpriority(PRIO_PROCESS, 0, -20);
    add(&watch, atoi(argv[1]));
    if (watch.process_count == 0) fail(argv[1]);
    for (int i = 2; i < argc; i++) {
        struct stat status;
        if (stat(argv[i], &status) < 0) fail(argv[i]);
        watch.nodes[watch.node_count++] = status.st_rdev;
    }
    puts("{\"ready\":true}");
    fflush(stdout);

    uint64_t looks = 0, longest = 0, last = now(), next = last;
    do {
        uint64_t start = now();
        if (start - last > longest) longest = start - last;
        last = start;
        find_children(&watch);
        look(&watch, looks++ % 16 == 0);
        next = start + interval;
    } while (!is_over(next));
    printf("{\"looks\":%" PRIu64 ",\"longestNs\":%" PRIu64 "}\n", looks, longest);
    return 0;
}
