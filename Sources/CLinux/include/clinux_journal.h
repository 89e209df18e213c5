// The journal's native protocol (systemd.journal-fields(7), JOURNAL_NATIVE_PROTOCOL).
#pragma once

#include <stddef.h>
#include <stdint.h>

int clinux_journal_socket(void);
// Sends one entry; never blocks. What is too large for a datagram goes as a sealed file.
int clinux_journal_send(int fd, const char *path, const void *bytes, size_t length);
// 1 when the descriptor is this file, 0 when not.
int clinux_is_file(int fd, uint64_t device, uint64_t inode);
