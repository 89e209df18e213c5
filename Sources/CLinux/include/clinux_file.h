// Files, directories and descriptors.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct clinux_status {
    uint64_t inode;
    uint64_t size;
    uint32_t links;
    uint32_t special_major, special_minor; // of the device that a node stands for
    uint32_t mode;                         // type and permissions
    uint32_t uid, gid;
};

enum clinux_open {
    CLINUX_OPEN_READ,
    CLINUX_OPEN_READ_WRITE,
    CLINUX_OPEN_WRITE,
    CLINUX_OPEN_CREATE_NEW,  // read and write; fails when the file exists
    CLINUX_OPEN_CREATE,      // read and write
    CLINUX_OPEN_APPEND,      // write at the end; creates it
    CLINUX_OPEN_DIRECTORY,
    CLINUX_OPEN_REFERENCE,   // O_PATH: calls no driver, follows no last symbolic link
};

int clinux_close(int fd);
// Always close-on-exec and without following a last symbolic link when creating.
int clinux_open(const char *path, enum clinux_open how, uint32_t mode);
ssize_t clinux_read(int fd, void *bytes, size_t length);
ssize_t clinux_write(int fd, const void *bytes, size_t length);
int clinux_flush(int fd);
int clinux_lock(int fd);
// Waits for the lock.
int clinux_lock_wait(int fd);
// A file that has no name and lives in memory (memfd_create), close-on-exec; /proc shows it as "/memfd:LABEL (deleted)".
int clinux_memory_file(const char *label);
int clinux_change_mode(int fd, uint32_t mode);
int clinux_change_path_mode(const char *path, uint32_t mode);
// Of a descriptor opened with CLINUX_OPEN_REFERENCE; -1 leaves the owner or the group as it is.
int clinux_change_owner(int fd, uint32_t uid, uint32_t gid);
int clinux_change_reference_mode(int fd, uint32_t mode);
int clinux_rename(const char *from, const char *to);
int clinux_unlink(const char *path);
int clinux_make_directory(const char *path, uint32_t mode);
ssize_t clinux_readlink(const char *path, char *buffer, size_t capacity);
// Sets close-on-exec, and O_NONBLOCK as told.
int clinux_prepare(int fd, bool nonblocking);
// A copy with a number of 3 or more that a program started by exec keeps.
int clinux_duplicate_inheritable(int fd);
// How many lines the terminal has, 0 if it does not say.
int clinux_terminal_rows(int fd);
// directory -1 with an absolute path, or a descriptor with "" for itself. Asks no remote server (AT_STATX_DONT_SYNC).
int clinux_status(int directory, const char *path, bool follow, struct clinux_status *status);
// Entries as struct linux_dirent64; 0 at the end.
ssize_t clinux_directory_entries(int fd, void *buffer, size_t capacity);
// Raises the soft limit of open files to the hard one; the limit.
int64_t clinux_raise_descriptor_limit(void);
