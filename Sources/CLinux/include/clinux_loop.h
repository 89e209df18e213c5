// epoll, eventfd, signalfd, inotify and the clock.
#pragma once

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t events, uint64_t data);
int clinux_epoll_modify(int epoll, int fd, uint32_t events, uint64_t data);
int clinux_epoll_remove(int epoll, int fd);
// timeout_ns < 0 waits for ever.
int clinux_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);

int clinux_eventfd(void);
int clinux_eventfd_signal(int fd);
int clinux_eventfd_drain(int fd);

uint64_t clinux_monotonic_ns(void);

// Blocks SIGTERM, SIGINT and SIGHUP in the calling thread, ignores SIGPIPE.
int clinux_block_signals(void);
int clinux_signalfd(void);
// The number of the next signal, or -EAGAIN.
int clinux_signalfd_read(int fd);

int clinux_inotify(void);
int clinux_inotify_add(int fd, const char *path, uint32_t mask);

// pthread_cond_clockwait(3) on CLOCK_MONOTONIC.
int clinux_wait_condition(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline_ns);
