// Linux system calls and constants that Swift's Glibc module does not show. A function returns a value or -errno.
#pragma once
