// A VDUSE block device that answers the kernel's messages until it is told to be silent. It serves no I/O.
//
//   VDUSEServer NAME
//
// The vDPA device is created afterwards, by netlink, with the same name on the management device vduse.
// Commands on stdin, each answered by a line of JSON on stdout: silence, answer, status, quit.

#include <errno.h>
#include <fcntl.h>
#include <linux/vduse.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CONFIG_SIZE = 96, RING_SIZE = 256 };
static const uint64_t capacity = 2048;  // sectors

struct server {
    const char *name;
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
    config->vq_num = 1;
    config->vq_align = 4096;
    config->config_size = CONFIG_SIZE;
    memcpy(config->config, &capacity, sizeof capacity);
    if (ioctl(server->control, VDUSE_CREATE_DEV, config) < 0) fail("VDUSE_CREATE_DEV");
    free(config);

    char path[300];
    snprintf(path, sizeof path, "/dev/vduse/%s", server->name);
    server->device = open(path, O_RDWR | O_CLOEXEC);
    if (server->device < 0) fail(path);
    struct vduse_vq_config queue = {.index = 0, .max_size = RING_SIZE};
    if (ioctl(server->device, VDUSE_VQ_SETUP, &queue) < 0) fail("VDUSE_VQ_SETUP");
}

static void answer_message(struct server *server) {
    struct vduse_dev_request request;
    if (read(server->device, &request, sizeof request) != sizeof request) {
        if (errno == EAGAIN || errno == EINTR) return;
        fail("read");
    }
    struct vduse_dev_response response = {.request_id = request.request_id, .result = VDUSE_REQ_RESULT_OK};
    switch (request.type) {
    case VDUSE_GET_VQ_STATE: response.vq_state.index = request.vq_state.index; break;
    case VDUSE_SET_STATUS: server->status = request.s.status; break;
    case VDUSE_UPDATE_IOTLB: break;
    default: response.result = VDUSE_REQ_RESULT_FAILED;
    }
    // The kernel may have given up on the request meanwhile.
    if (write(server->device, &response, sizeof response) < 0 && errno != ENOENT) fail("write");
    server->answered++;
}

static void obey(struct server *server, const char *command) {
    if (strcmp(command, "silence") == 0)
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
    if (argc != 2) {
        fputs("usage: VDUSEServer NAME\n", stderr);
        return 2;
    }
    struct server server = {.name = argv[1]};
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
