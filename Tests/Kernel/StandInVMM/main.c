// A stand-in VMM: owns a vhost-vdpa device and does I/O on it until told otherwise. See --help.

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
    "usage: StandInVMM [options] /dev/vhost-vdpa-N | --fd N | --rings-of PID\n"
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
    "commands on stdin, each answered by a line of JSON on stdout:\n"
    "  kick  pause-kicks  resume-kicks  suspend  resume  bases  status\n"
    "  quiesce            submit no more, answer when nothing is in flight\n"
    "  continue           submit again\n"
    "  wait N             answer when N more requests have completed\n"
    "  watch MS           answer after this time with the number of completions in it\n"
    "  gap                the longest time without a completion since the last time this was asked\n"
    "  quit               wait for what is in flight, answer with the summary, end\n"
    "quiesce and wait give up after 10 s and say \"done\":false.\n";

static const uint64_t millisecond = 1000000;
static const uint64_t patience = 10000 * millisecond;

// The command that has not been answered yet, since it waits for completions or for time to pass.
struct pending {
    enum { NOTHING, QUIESCE, WAIT, WATCH } command;
    uint64_t deadline;
    uint64_t completed_before;
    uint64_t wanted;
};

struct vmm {
    struct device device;
    struct load *load;
    uint64_t kick_again;  // nanoseconds
    uint64_t last_kick;
    uint64_t pace;  // nanoseconds
    uint64_t last_submission;
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

static void kick_all(struct vmm *vmm) {
    device_kick(&vmm->device);
    vmm->last_kick = monotonic_now();
}

static void submit(struct vmm *vmm) {
    uint64_t before = load_counters(vmm->load)->submitted, now = monotonic_now();
    if (now - vmm->last_submission < vmm->pace) return;
    load_submit(vmm->load);
    if (load_counters(vmm->load)->submitted == before) return;
    vmm->last_submission = now;
    if (!vmm->kicks_paused) kick_all(vmm);
}

static void kick_again_if_old(struct vmm *vmm) {
    uint64_t oldest = load_oldest(vmm->load), now = monotonic_now();
    if (vmm->kick_again == 0 || vmm->kicks_paused || oldest == 0) return;
    if (now - oldest >= vmm->kick_again && now - vmm->last_kick >= vmm->kick_again) kick_all(vmm);
}

static void print_counters(const struct vmm *vmm) {
    const struct counters *counters = load_counters(vmm->load);
    printf("\"submitted\":%" PRIu64 ",\"completed\":%" PRIu64 ",\"received\":%" PRIu64 ",\"duplicated\":%" PRIu64
           ",\"unknown\":%" PRIu64 ",\"mismatched\":%" PRIu64,
           counters->submitted, counters->completed, counters->received, counters->duplicated, counters->unknown,
           counters->mismatched);
}

static void answer_status(struct vmm *vmm) {
    load_take_completions(vmm->load);
    printf("{\"command\":\"status\",");
    print_counters(vmm);
    printf(",\"inFlight\":%u,\"deviceStatus\":%u,\"kicksPaused\":%s,\"now\":%" PRIu64, load_in_flight(vmm->load),
           device_status(&vmm->device), vmm->kicks_paused ? "true" : "false", monotonic_now());
    answer("}");
    submit(vmm);
}

static void answer_call(const struct vmm *vmm, const char *command, int (*call)(const struct device *)) {
    uint64_t start = monotonic_now();
    int error = call(&vmm->device);
    answer("{\"command\":\"%s\",\"errno\":%d,\"ns\":%" PRIu64 "}", command, error, monotonic_now() - start);
}

static void answer_bases(const struct vmm *vmm) {
    printf("{\"command\":\"bases\",\"bases\":[");
    for (unsigned i = 0; i < vmm->device.queue_count; i++)
        printf("%s%d", i == 0 ? "" : ",", device_ring_base(&vmm->device, i));
    answer("]}");
}

static void answer_gap(const struct vmm *vmm) {
    struct gap gap = load_take_gap(vmm->load);
    answer("{\"command\":\"gap\",\"from\":{\"after\":%" PRIu64 ",\"seen\":%" PRIu64 "},\"to\":{\"after\":%" PRIu64
           ",\"seen\":%" PRIu64 "}}",
           gap.from.after, gap.from.seen, gap.to.after, gap.to.seen);
}

static void start_pending(struct vmm *vmm, int command, uint64_t duration, uint64_t wanted) {
    if (vmm->pending.command != NOTHING) {
        answer("{\"error\":\"a command is waiting\"}");
        return;
    }
    load_take_completions(vmm->load);
    vmm->pending.command = command;
    vmm->pending.deadline = monotonic_now() + duration;
    vmm->pending.completed_before = load_counters(vmm->load)->completed;
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
        load_pause(vmm->load, true);
        start_pending(vmm, QUIESCE, patience, 0);
    } else if (sscanf(command, "wait %u", &argument) == 1) {
        start_pending(vmm, WAIT, patience, argument);
    } else if (sscanf(command, "watch %u", &argument) == 1) {
        start_pending(vmm, WATCH, argument * millisecond, 0);
    } else if (strcmp(command, "continue") == 0) {
        load_pause(vmm->load, false);
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
    uint64_t completed = load_counters(vmm->load)->completed - pending->completed_before;
    bool expired = monotonic_now() >= pending->deadline, done = false;
    switch (pending->command) {
    case NOTHING: return;
    case QUIESCE: done = load_in_flight(vmm->load) == 0; break;
    case WAIT: done = completed >= pending->wanted; break;
    case WATCH: done = expired; break;
    }
    if (!done && !expired) return;
    answer("{\"command\":\"%s\",\"done\":%s,\"completed\":%" PRIu64 ",\"inFlight\":%u}", names[pending->command],
           done ? "true" : "false", completed, load_in_flight(vmm->load));
    pending->command = NOTHING;
}

static void wait_and_serve(struct vmm *vmm, bool commands) {
    struct pollfd sources[MAX_QUEUES + 2];
    unsigned count = vmm->device.queue_count;
    for (unsigned i = 0; i < count; i++) sources[i] = (struct pollfd){vmm->device.queues[i].call, POLLIN, 0};
    sources[count] = (struct pollfd){commands ? STDIN_FILENO : -1, POLLIN, 0};
    sources[count + 1] = (struct pollfd){vmm->listener, POLLIN, 0};
    bool timed = vmm->pending.command != NOTHING || !commands || (load_in_flight(vmm->load) > 0 && vmm->kick_again > 0);
    int timeout = timed ? 10 : -1;
    if (vmm->pace != 0) timeout = (int)(vmm->pace / millisecond);
    if (poll(sources, count + 2, timeout) < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
    for (unsigned i = 0; i < count; i++) {
        uint64_t value;
        if (sources[i].revents & POLLIN) (void)!read(sources[i].fd, &value, sizeof value);
    }
    load_take_completions(vmm->load);
    if (sources[count].revents) read_commands(vmm);
    if (sources[count + 1].revents) send_descriptor(vmm->listener, vmm->device.descriptor);
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
    load_pause(vmm->load, true);
    uint64_t until = monotonic_now() + patience / 2;
    while (load_in_flight(vmm->load) > 0 && monotonic_now() < until) {
        wait_and_serve(vmm, false);
        kick_again_if_old(vmm);
    }
    load_take_completions(vmm->load);
    unsigned lost = load_in_flight(vmm->load);
    printf("{\"summary\":true,\"lost\":%u,", lost);
    print_counters(vmm);
    answer("}");
    const struct counters *counters = load_counters(vmm->load);
    return lost + counters->duplicated + counters->unknown + counters->mismatched == 0 ? 0 : 1;
}

static unsigned number(const char *text) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || value > 1u << 30) fail("%s is not a number", text);
    return (unsigned)value;
}

static void read_positions(struct device *device, char *list) {
    unsigned count = 0;
    for (char *text = strtok(list, ","); text != NULL; text = strtok(NULL, ",")) {
        if (count == MAX_QUEUES) fail("more than %d positions", MAX_QUEUES);
        device->positions[count++] = (uint16_t)number(text);
    }
}

static void *run_in_thread(void *vmm) {
    run(vmm);
    exit(summarize(vmm));
}

__attribute__((noreturn)) static void go_on_without_leader(struct vmm *vmm) {
    static struct vmm moved;  // this thread's stack goes with it
    moved = *vmm;
    pthread_t thread;
    errno = pthread_create(&thread, NULL, run_in_thread, &moved);
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
    struct vmm vmm = {.kick_again = 50 * millisecond, .listener = -1};
    unsigned depth = 4, user = 0;
    bool driver_ok = true, dumpable = true, namespaces = false, leaderless = false, realtime = false;
    int log = -1, descriptor = -1, owner = 0, option;
    const char *socket = NULL;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) switch (option) {
        case 'd': depth = number(optarg); break;
        case 'k': vmm.kick_again = number(optarg) * millisecond; break;
        case 'p': vmm.pace = number(optarg) * millisecond; break;
        case 'b': read_positions(&vmm.device, optarg); break;
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
    if ((optind == argc - 1) + (descriptor >= 0) + (owner > 0) != 1 || optind < argc - 1)
        fail("give one node, or --fd, or --rings-of");

    raise_memory_lock_limit();
    if (socket != NULL) vmm.listener = listen_on(socket);
    if (owner > 0)
        device_borrow(&vmm.device, owner);
    else
        device_open(&vmm.device, descriptor >= 0 ? NULL : argv[optind], descriptor);
    if (user != 0) become_user(user);
    if (namespaces) enter_new_namespaces(vmm.device.descriptor);
    set_dumpable(dumpable);
    if (realtime) become_realtime();
    if (owner == 0) device_set_up(&vmm.device);
    vmm.load = load_create(&vmm.device, driver_ok ? depth : 0, log);
    if (driver_ok && owner == 0) device_driver_ok(&vmm.device);
    answer("{\"ready\":true,\"pid\":%d,\"deviceId\":%u,\"features\":%" PRIu64 ",\"backendFeatures\":%" PRIu64
           ",\"queues\":%u}",
           outer_process_id(), vmm.device.id, vmm.device.features, vmm.device.backend_features,
           vmm.device.queue_count);
    if (leaderless) go_on_without_leader(&vmm);
    run(&vmm);
    return summarize(&vmm);
}
