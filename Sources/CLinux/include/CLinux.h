// Linux system calls and constants that Swift's Glibc module does not show. A function returns a value or -errno.
#pragma once

#include "clinux_errno.h"
#include "clinux_file.h"
#include "clinux_journal.h"
#include "clinux_loop.h"
#include "clinux_process.h"
#include "clinux_socket.h"
#include "clinux_users.h"
#include "vdpa_netlink.h"
#include "vhost_vdpa.h"
