// A VDUSE block device that answers the kernel's messages until it is told to be silent. It serves no I/O.
//
//   VDUSEServer NAME [QUEUES [packed]]
//
// The vDPA device is created afterwards, by netlink, with the same name on the management device vduse. With packed it offers
// RING_PACKED. Commands on stdin, each answered by a line of JSON on stdout: silence, answer, status, quit,
//
//   position QUEUE BASE   what it says from now on of a queue, as VHOST_GET_VRING_BASE encodes it
//   move QUEUE            the queue's available index grows by one each time it is asked for
//   fail QUEUE            it fails to say where the queue is

#include <errno.h>
#include <fcntl.h>
#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CONFIG_SIZE = 96, RING_SIZE = 256, MAX_QUEUES = 4 };
static const uint64_t capacity = 2048;  // sectors

struct queue {
    uint32_t base;
    bool worked;  // else the queue is at its beginning, and base means nothing
    bool moves;
    bool fails;
};

struct server {
    const char *name;
    bool packed;
    unsigned queue_count;
    struct queue queues[MAX_QUEUES];
    int control;
    int device;
    bool silent;
    bool quitting;
    uint8_t status;
    unsigned answered;
};

__attribute__((noreturn)) static void fail(const char *what) {
    fprintf(stderr, "VDUSEServer: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void create(struct server *server) {
    server->control = open("/dev/vduse/control", O_RDWR | O_CLOEXEC);
    if (server->control < 0) fail("/dev/vduse/control");
    uint64_t version = 0;
    if (ioctl(server->control, VDUSE_SET_API_VERSION, &version) < 0) fail("VDUSE_SET_API_VERSION");

    struct vduse_dev_config *config = calloc(1, sizeof *config + CONFIG_SIZE);
    if (config == NULL) fail("calloc");
    snprintf(config->name, sizeof config->name, "%s", server->name);
    config->device_id = VIRTIO_ID_BLOCK;
    config->features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_F_ACCESS_PLATFORM;
    if (server->packed) config->features |= 1ULL << VIRTIO_F_RING_PACKED;
    config->vq_num = server->queue_count;
    config->vq_align = 4096;
    config->config_size = CONFIG_SIZE;
    memcpy(config->config, &capacity, sizeof capacity);
    if (ioctl(server->control, VDUSE_CREATE_DEV, config) < 0) fail("VDUSE_CREATE_DEV");
    free(config);

    char path[300];
    snprintf(path, sizeof path, "/dev/vduse/%s", server->name);
    server->device = open(path, O_RDWR | O_CLOEXEC);
    if (server->device < 0) fail(path);
    for (unsigned index = 0; index < server->queue_count; index++) {
        struct vduse_vq_config queue = {.index = index, .max_size = RING_SIZE};
        if (ioctl(server->device, VDUSE_VQ_SETUP, &queue) < 0) fail("VDUSE_VQ_SETUP");
    }
}

// Says where a queue is, in the format that was negotiated.
static void answer_position(struct server *server, const struct vduse_dev_request *request,
                            struct vduse_dev_response *response) {
    uint32_t index = request->vq_state.index;
    response->vq_state.index = index;
    struct queue *queue = index < server->queue_count ? &server->queues[index] : NULL;
    if (queue == NULL || queue->fails) {
        response->result = VDUSE_REQ_RESULT_FAILED;
        return;
    }
    uint64_t features = 0;
    if (ioctl(server->device, VDUSE_DEV_GET_FEATURES, &features) < 0) fail("VDUSE_DEV_GET_FEATURES");
    bool packed = features >> VIRTIO_F_RING_PACKED & 1;
    if (!queue->worked) queue->base = packed ? 0x80008000 : 0;
    if (packed) {
        response->vq_state.packed.last_avail_counter = queue->base >> 15 & 1;
        response->vq_state.packed.last_avail_idx = queue->base & 0x7fff;
        response->vq_state.packed.last_used_counter = queue->base >> 31;
        response->vq_state.packed.last_used_idx = queue->base >> 16 & 0x7fff;
    } else {
        response->vq_state.split.avail_index = queue->base & 0xffff;
    }
    if (queue->moves) {
        queue->worked = true;
        queue->base++;
    }
}

// What the driver has told the kernel of the queues is asked for when the device starts, as libvduse does: until then the
// kernel passes nothing of it on.
static void start_queues(struct server *server) {
    uint64_t features = 0;
    if (ioctl(server->device, VDUSE_DEV_GET_FEATURES, &features) < 0) fail("VDUSE_DEV_GET_FEATURES");
    for (unsigned index = 0; index < server->queue_count; index++) {
        struct vduse_vq_info info = {.index = index};
        if (ioctl(server->device, VDUSE_VQ_GET_INFO, &info) < 0) fail("VDUSE_VQ_GET_INFO");
        uint32_t base = info.split.avail_index;
        if (features >> VIRTIO_F_RING_PACKED & 1)
            base = info.packed.last_avail_idx | (uint32_t)(info.packed.last_avail_counter & 1) << 15 |
                   (uint32_t)info.packed.last_used_idx << 16 | (uint32_t)(info.packed.last_used_counter & 1) << 31;
        server->queues[index] = (struct queue){.base = base, .worked = true};
    }
}

static void set_status(struct server *server, uint8_t status) {
    if (status & VIRTIO_CONFIG_S_DRIVER_OK && !(server->status & VIRTIO_CONFIG_S_DRIVER_OK)) start_queues(server);
    if (status == 0) memset(server->queues, 0, sizeof server->queues);
    server->status = status;
}

static void answer_message(struct server *server) {
    struct vduse_dev_request request;
    if (read(server->device, &request, sizeof request) != sizeof request) {
        if (errno == EAGAIN || errno == EINTR) return;
        fail("read");
    }
    struct vduse_dev_response response = {.request_id = request.request_id, .result = VDUSE_REQ_RESULT_OK};
    switch (request.type) {
    case VDUSE_GET_VQ_STATE: answer_position(server, &request, &response); break;
    case VDUSE_SET_STATUS: set_status(server, request.s.status); break;
    case VDUSE_UPDATE_IOTLB: break;
    default: response.result = VDUSE_REQ_RESULT_FAILED;
    }
    // The kernel may have given up on the request meanwhile.
    if (write(server->device, &response, sizeof response) < 0 && errno != ENOENT) fail("write");
    server->answered++;
}

// Commands on a queue; false for any other.
static bool obey_on_queue(struct server *server, const char *command) {
    unsigned index, base;
    if (sscanf(command, "position %u %u", &index, &base) == 2 && index < server->queue_count)
        server->queues[index] = (struct queue){.base = base, .worked = true};
    else if (sscanf(command, "move %u", &index) == 1 && index < server->queue_count)
        server->queues[index].moves = true;
    else if (sscanf(command, "fail %u", &index) == 1 && index < server->queue_count)
        server->queues[index].fails = true;
    else
        return false;
    return true;
}

static void obey(struct server *server, const char *command) {
    if (obey_on_queue(server, command))
        ;
    else if (strcmp(command, "silence") == 0)
        server->silent = true;
    else if (strcmp(command, "answer") == 0)
        server->silent = false;
    else if (strcmp(command, "quit") == 0)
        server->quitting = true;
    else if (strcmp(command, "status") != 0) {
        printf("{\"error\":\"unknown command\"}\n");
        return;
    }
    if (server->quitting) return;
    printf("{\"command\":\"%s\",\"silent\":%s,\"deviceStatus\":%u,\"answered\":%u}\n", command,
           server->silent ? "true" : "false", server->status, server->answered);
}

static void run(struct server *server) {
    char text[256];
    size_t length = 0;
    while (!server->quitting) {
        struct pollfd sources[] = {
            {STDIN_FILENO, POLLIN, 0},
            {server->silent ? -1 : server->device, POLLIN, 0},
        };
        if (poll(sources, 2, -1) < 0 && errno != EINTR) fail("poll");
        if (sources[1].revents) answer_message(server);
        if (!sources[0].revents) continue;
        ssize_t count = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
        if (count <= 0) return;
        length += (size_t)count;
        text[length] = 0;
        char *line = text, *end;
        while ((end = strchr(line, '\n')) != NULL) {
            *end = 0;
            obey(server, line);
            line = end + 1;
        }
        length -= (size_t)(line - text);
        memmove(text, line, length);
        fflush(stdout);
    }
}

int main(int argc, char **argv) {
    struct server server = {.queue_count = 1};
    if (argc > 2) server.queue_count = (unsigned)strtoul(argv[2], NULL, 10);
    server.packed = argc > 3 && strcmp(argv[3], "packed") == 0;
    if (argc < 2 || argc > 4 || server.queue_count < 1 || server.queue_count > MAX_QUEUES ||
        (argc == 4 && !server.packed)) {
        fputs("usage: VDUSEServer NAME [QUEUES [packed]]\n", stderr);
        return 2;
    }
    server.name = argv[1];
    create(&server);
    printf("{\"ready\":true,\"pid\":%d}\n", getpid());
    fflush(stdout);
    run(&server);

    // EBUSY while the vDPA device exists; the answer says so.
    close(server.device);
    char name[VDUSE_NAME_MAX] = "";
    snprintf(name, sizeof name, "%s", server.name);
    int error = ioctl(server.control, VDUSE_DESTROY_DEV, name) < 0 ? errno : 0;
    printf("{\"summary\":true,\"destroyErrno\":%d,\"answered\":%u}\n", error, server.answered);
    return error == 0 ? 0 : 1;
}
