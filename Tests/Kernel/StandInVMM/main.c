// A stand-in VMM: owns vhost-vdpa devices and does I/O on each until told otherwise. See --help.

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "load.h"
#include "process.h"

static const char usage[] =
    "usage: StandInVMM [options] /dev/vhost-vdpa-N... | --fd N | --rings-of PID\n"
    "  --rings-of PID     drive the rings of the one device that this vdpad owns, without owning it\n"
    "  --depth N          requests in flight (4; 0: none)\n"
    "  --kick-again-ms N  kick again when a request is this old (50; 0: never)\n"
    "  --pace-ms N        submit at most this often (0: as often as requests complete)\n"
    "  --positions N,…    where the queues begin, as after a restore (0)\n"
    "  --no-driver-ok     own the device, stop before DRIVER_OK\n"
    "  --log FILE         a line per completion: CLOCK_MONOTONIC ns, sequence\n"
    "  --non-dumpable     as VMMs that hold secrets are\n"
    "  --realtime         before every other process, so that completions are seen when they come\n"
    "  --user UID         drop to this user once the device is open\n"
    "  --new-namespaces   own user, pid and mount namespace\n"
    "  --leaderless       the first thread exits and another goes on\n"
    "  --send-fd SOCKET   send the device's descriptor to whoever connects\n"
    "Of several devices each gets the options; --send-fd takes the first.\n"
    "commands on stdin, each answered by a line of JSON on stdout; with several devices it is for all, and numbers are sums:\n"
    "  kick  pause-kicks  resume-kicks  suspend  resume  bases  status\n"
    "  quiesce            submit no more, answer when nothing is in flight\n"
    "  continue           submit again\n"
    "  wait N             answer when N more requests have completed on each device\n"
    "  watch MS           answer after this time with the number of completions in it\n"
    "  gap                the longest time without a completion of the first device since the last time this was asked\n"
    "  quit               wait for what is in flight, answer with the summary, end\n"
    "quiesce and wait give up after 10 s and say \"done\":false.\n";

static const uint64_t millisecond = 1000000;
static const uint64_t patience = 10000 * millisecond;

enum { MAX_DEVICES = 2 };

// A device and what is done on it.
struct lane {
    struct device device;
    struct load *load;
    uint64_t last_kick;
    uint64_t last_submission;
    uint64_t completed_before;  // when the pending command came
};

// The command that has not been answered yet, since it waits for completions or for time to pass.
struct pending {
    enum { NOTHING, QUIESCE, WAIT, WATCH } command;
    uint64_t deadline;
    uint64_t wanted;
};

struct vmm {
    struct lane lanes[MAX_DEVICES];
    unsigned count;
    uint64_t kick_again;  // nanoseconds
    uint64_t pace;        // nanoseconds
    bool kicks_paused;
    struct pending pending;
    bool quitting;
    int listener;
};

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("StandInVMM: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    exit(2);
}

__attribute__((format(printf, 1, 2))) static void answer(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

// The devices of a VMM, one after the other.
#define EACH(lane, vmm) (struct lane *lane = (vmm)->lanes; lane < (vmm)->lanes + (vmm)->count; lane++)

static void kick(struct lane *lane) {
    device_kick(&lane->device);
    lane->last_kick = monotonic_now();
}

static void kick_all(struct vmm *vmm) {
    for EACH (lane, vmm) kick(lane);
}

static void submit(struct vmm *vmm) {
    for EACH (lane, vmm) {
        uint64_t before = load_counters(lane->load)->submitted, now = monotonic_now();
        if (now - lane->last_submission < vmm->pace) continue;
        load_submit(lane->load);
        if (load_counters(lane->load)->submitted == before) continue;
        lane->last_submission = now;
        if (!vmm->kicks_paused) kick(lane);
    }
}

static void kick_again_if_old(struct vmm *vmm) {
    if (vmm->kick_again == 0 || vmm->kicks_paused) return;
    for EACH (lane, vmm) {
        uint64_t oldest = load_oldest(lane->load), now = monotonic_now();
        if (oldest == 0) continue;
        if (now - oldest >= vmm->kick_again && now - lane->last_kick >= vmm->kick_again) kick(lane);
    }
}

static void take_completions(struct vmm *vmm) {
    for EACH (lane, vmm) load_take_completions(lane->load);
}

static void pause_load(struct vmm *vmm, bool paused) {
    for EACH (lane, vmm) load_pause(lane->load, paused);
}

static unsigned in_flight(struct vmm *vmm) {
    unsigned sum = 0;
    for EACH (lane, vmm) sum += load_in_flight(lane->load);
    return sum;
}

static struct counters sum_counters(struct vmm *vmm) {
    struct counters sum = {0};
    for EACH (lane, vmm) {
        const struct counters *counters = load_counters(lane->load);
        sum.submitted += counters->submitted;
        sum.completed += counters->completed;
        sum.received += counters->received;
        sum.duplicated += counters->duplicated;
        sum.unknown += counters->unknown;
        sum.mismatched += counters->mismatched;
    }
    return sum;
}

static void print_counters(const struct counters *counters) {
    printf("\"submitted\":%" PRIu64 ",\"completed\":%" PRIu64 ",\"received\":%" PRIu64 ",\"duplicated\":%" PRIu64
           ",\"unknown\":%" PRIu64 ",\"mismatched\":%" PRIu64,
           counters->submitted, counters->completed, counters->received, counters->duplicated, counters->unknown,
           counters->mismatched);
}

static void answer_status(struct vmm *vmm) {
    take_completions(vmm);
    struct counters counters = sum_counters(vmm);
    printf("{\"command\":\"status\",");
    print_counters(&counters);
    uint8_t status = 0;
    for EACH (lane, vmm) status |= device_status(&lane->device);
    printf(",\"inFlight\":%u,\"deviceStatus\":%u,\"kicksPaused\":%s,\"now\":%" PRIu64, in_flight(vmm), status,
           vmm->kicks_paused ? "true" : "false", monotonic_now());
    answer("}");
    submit(vmm);
}

// The first failure counts; the others are called all the same.
static void answer_call(struct vmm *vmm, const char *command, int (*call)(const struct device *)) {
    uint64_t start = monotonic_now();
    int error = 0;
    for EACH (lane, vmm) {
        int own = call(&lane->device);
        if (error == 0) error = own;
    }
    answer("{\"command\":\"%s\",\"errno\":%d,\"ns\":%" PRIu64 "}", command, error, monotonic_now() - start);
}

static void answer_bases(struct vmm *vmm) {
    printf("{\"command\":\"bases\",\"bases\":[");
    const char *separator = "";
    for EACH (lane, vmm)
        for (unsigned i = 0; i < lane->device.queue_count; i++, separator = ",")
            printf("%s%d", separator, device_ring_base(&lane->device, i));
    answer("]}");
}

static void answer_gap(const struct vmm *vmm) {
    struct gap gap = load_take_gap(vmm->lanes[0].load);
    answer("{\"command\":\"gap\",\"from\":{\"after\":%" PRIu64 ",\"seen\":%" PRIu64 "},\"to\":{\"after\":%" PRIu64
           ",\"seen\":%" PRIu64 "}}",
           gap.from.after, gap.from.seen, gap.to.after, gap.to.seen);
}

static void start_pending(struct vmm *vmm, int command, uint64_t duration, uint64_t wanted) {
    if (vmm->pending.command != NOTHING) {
        answer("{\"error\":\"a command is waiting\"}");
        return;
    }
    take_completions(vmm);
    vmm->pending.command = command;
    vmm->pending.deadline = monotonic_now() + duration;
    for EACH (lane, vmm) lane->completed_before = load_counters(lane->load)->completed;
    vmm->pending.wanted = wanted;
}

static void obey(struct vmm *vmm, const char *command) {
    unsigned argument;
    if (strcmp(command, "kick") == 0) {
        kick_all(vmm);
        answer("{\"command\":\"kick\"}");
    } else if (strcmp(command, "pause-kicks") == 0) {
        vmm->kicks_paused = true;
        answer("{\"command\":\"pause-kicks\"}");
    } else if (strcmp(command, "resume-kicks") == 0) {
        vmm->kicks_paused = false;
        kick_all(vmm);
        answer("{\"command\":\"resume-kicks\"}");
    } else if (strcmp(command, "quiesce") == 0) {
        pause_load(vmm, true);
        start_pending(vmm, QUIESCE, patience, 0);
    } else if (sscanf(command, "wait %u", &argument) == 1) {
        start_pending(vmm, WAIT, patience, argument);
    } else if (sscanf(command, "watch %u", &argument) == 1) {
        start_pending(vmm, WATCH, argument * millisecond, 0);
    } else if (strcmp(command, "continue") == 0) {
        pause_load(vmm, false);
        submit(vmm);
        answer("{\"command\":\"continue\"}");
    } else if (strcmp(command, "suspend") == 0) {
        answer_call(vmm, command, device_suspend);
    } else if (strcmp(command, "resume") == 0) {
        answer_call(vmm, command, device_resume);
    } else if (strcmp(command, "bases") == 0) {
        answer_bases(vmm);
    } else if (strcmp(command, "gap") == 0) {
        answer_gap(vmm);
    } else if (strcmp(command, "status") == 0) {
        answer_status(vmm);
    } else if (strcmp(command, "quit") == 0) {
        vmm->quitting = true;
    } else {
        answer("{\"error\":\"unknown command\"}");
    }
}

static void read_commands(struct vmm *vmm) {
    static char text[1024];
    static size_t length;
    ssize_t count = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) {
        vmm->quitting = true;
        return;
    }
    length += (size_t)count;
    text[length] = 0;
    char *line = text, *end;
    while ((end = strchr(line, '\n')) != NULL) {
        *end = 0;
        obey(vmm, line);
        line = end + 1;
    }
    length -= (size_t)(line - text);
    memmove(text, line, length);
    if (length == sizeof text - 1) fail("a command without end");
}

static void finish_pending(struct vmm *vmm) {
    static const char *const names[] = {"", "quiesce", "wait", "watch"};
    struct pending *pending = &vmm->pending;
    uint64_t completed = 0, fewest = UINT64_MAX;
    for EACH (lane, vmm) {
        uint64_t own = load_counters(lane->load)->completed - lane->completed_before;
        completed += own;
        if (own < fewest) fewest = own;
    }
    bool expired = monotonic_now() >= pending->deadline, done = false;
    switch (pending->command) {
    case NOTHING: return;
    case QUIESCE: done = in_flight(vmm) == 0; break;
    case WAIT: done = fewest >= pending->wanted; break;
    case WATCH: done = expired; break;
    }
    if (!done && !expired) return;
    answer("{\"command\":\"%s\",\"done\":%s,\"completed\":%" PRIu64 ",\"inFlight\":%u}", names[pending->command],
           done ? "true" : "false", completed, in_flight(vmm));
    pending->command = NOTHING;
}

static void wait_and_serve(struct vmm *vmm, bool commands) {
    struct pollfd sources[2 + MAX_DEVICES * MAX_QUEUES] = {
        {commands ? STDIN_FILENO : -1, POLLIN, 0},
        {vmm->listener, POLLIN, 0},
    };
    unsigned count = 2;
    for EACH (lane, vmm)
        for (unsigned i = 0; i < lane->device.queue_count; i++)
            sources[count++] = (struct pollfd){lane->device.queues[i].call, POLLIN, 0};
    bool timed = vmm->pending.command != NOTHING || !commands || (in_flight(vmm) > 0 && vmm->kick_again > 0);
    int timeout = timed ? 10 : -1;
    if (vmm->pace != 0) timeout = (int)(vmm->pace / millisecond);
    if (poll(sources, count, timeout) < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
    for (unsigned i = 2; i < count; i++) {
        uint64_t value;
        if (sources[i].revents & POLLIN) (void)!read(sources[i].fd, &value, sizeof value);
    }
    take_completions(vmm);
    if (sources[0].revents) read_commands(vmm);
    if (sources[1].revents) send_descriptor(vmm->listener, vmm->lanes[0].device.descriptor);
}

static void run(struct vmm *vmm) {
    kick_all(vmm);
    while (!vmm->quitting) {
        submit(vmm);
        wait_and_serve(vmm, true);
        kick_again_if_old(vmm);
        finish_pending(vmm);
    }
}

// Waits for what is in flight, then says how everything went. Returns the exit status.
static int summarize(struct vmm *vmm) {
    pause_load(vmm, true);
    uint64_t until = monotonic_now() + patience / 2;
    while (in_flight(vmm) > 0 && monotonic_now() < until) {
        wait_and_serve(vmm, false);
        kick_again_if_old(vmm);
    }
    take_completions(vmm);
    unsigned lost = in_flight(vmm);
    struct counters counters = sum_counters(vmm);
    printf("{\"summary\":true,\"lost\":%u,", lost);
    print_counters(&counters);
    answer("}");
    return lost + counters.duplicated + counters.unknown + counters.mismatched == 0 ? 0 : 1;
}

static unsigned number(const char *text) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || value > 1u << 30) fail("%s is not a number", text);
    return (unsigned)value;
}

static void read_positions(struct vmm *vmm, char *list) {
    unsigned count = 0;
    for (char *text = strtok(list, ","); text != NULL; text = strtok(NULL, ",")) {
        if (count == MAX_QUEUES) fail("more than %d positions", MAX_QUEUES);
        for (unsigned i = 0; i < MAX_DEVICES; i++) vmm->lanes[i].device.positions[count] = (uint16_t)number(text);
        count++;
    }
}

static void *run_in_thread(void *vmm) {
    run(vmm);
    exit(summarize(vmm));
}

__attribute__((noreturn)) static void go_on_without_leader(struct vmm *vmm) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, run_in_thread, vmm);
    if (errno != 0) fail("pthread_create: %s", strerror(errno));
    pthread_exit(NULL);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"depth", required_argument, NULL, 'd'},     {"kick-again-ms", required_argument, NULL, 'k'},
        {"pace-ms", required_argument, NULL, 'p'},   {"no-driver-ok", no_argument, NULL, 'o'},
        {"log", required_argument, NULL, 'l'},       {"non-dumpable", no_argument, NULL, 'n'},
        {"user", required_argument, NULL, 'u'},      {"new-namespaces", no_argument, NULL, 's'},
        {"send-fd", required_argument, NULL, 'f'},   {"leaderless", no_argument, NULL, 'e'},
        {"realtime", no_argument, NULL, 'r'},        {"positions", required_argument, NULL, 'b'},
        {"fd", required_argument, NULL, 'i'},        {"rings-of", required_argument, NULL, 'g'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static struct vmm vmm;  // not on this thread's stack, which --leaderless leaves
    vmm.kick_again = 50 * millisecond;
    vmm.listener = -1;
    unsigned depth = 4, user = 0;
    bool driver_ok = true, dumpable = true, namespaces = false, leaderless = false, realtime = false;
    int log = -1, descriptor = -1, owner = 0, option;
    const char *socket = NULL;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) switch (option) {
        case 'd': depth = number(optarg); break;
        case 'k': vmm.kick_again = number(optarg) * millisecond; break;
        case 'p': vmm.pace = number(optarg) * millisecond; break;
        case 'b': read_positions(&vmm, optarg); break;
        case 'o': driver_ok = false; break;
        case 'n': dumpable = false; break;
        case 'u': user = number(optarg); break;
        case 's': namespaces = true; break;
        case 'e': leaderless = true; break;
        case 'r': realtime = true; break;
        case 'f': socket = optarg; break;
        case 'i': descriptor = (int)number(optarg); break;
        case 'g': owner = (int)number(optarg); break;
        case 'h': fputs(usage, stdout); return 0;
        case 'l':
            log = open(optarg, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
            if (log < 0) fail("%s: %s", optarg, strerror(errno));
            break;
        default: fputs(usage, stderr); return 2;
        }
    if ((optind < argc) + (descriptor >= 0) + (owner > 0) != 1) fail("give nodes, or --fd, or --rings-of");
    if (argc - optind > MAX_DEVICES) fail("more than %d devices", MAX_DEVICES);
    vmm.count = optind < argc ? (unsigned)(argc - optind) : 1;

    raise_memory_lock_limit();
    if (socket != NULL) vmm.listener = listen_on(socket);
    for EACH (lane, &vmm)
        if (owner > 0)
            device_borrow(&lane->device, owner);
        else
            device_open(&lane->device, descriptor >= 0 ? NULL : argv[optind + (lane - vmm.lanes)], descriptor);
    if (user != 0) become_user(user);
    if (namespaces) {
        if (vmm.count > 1) fail("--new-namespaces: with one device only");
        enter_new_namespaces(vmm.lanes[0].device.descriptor);
    }
    set_dumpable(dumpable);
    if (realtime) become_realtime();
    for EACH (lane, &vmm) {
        if (owner == 0) device_set_up(&lane->device);
        lane->load = load_create(&lane->device, driver_ok ? depth : 0, log);
        if (driver_ok && owner == 0) device_driver_ok(&lane->device);
    }
    const struct device *first = &vmm.lanes[0].device;
    answer("{\"ready\":true,\"pid\":%d,\"deviceId\":%u,\"features\":%" PRIu64 ",\"backendFeatures\":%" PRIu64
           ",\"queues\":%u}",
           outer_process_id(), first->id, first->features, first->backend_features, first->queue_count);
    if (leaderless) go_on_without_leader(&vmm);
    run(&vmm);
    return summarize(&vmm);
}
