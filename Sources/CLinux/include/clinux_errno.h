// The symbolic names of error numbers.
#pragma once

/// The name of an error number, such as "EBUSY"; NULL for a number that has none. The text is never freed.
const char *clinux_errno_name(int number);
