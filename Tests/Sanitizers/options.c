// What the sanitizers' runtimes ask for at the start of every program that `make sanitize` builds, since the daemon's own
// processes have no environment, and so no PATH either. REPORTS is the path before the process's number to which findings
// are written, SYMBOLIZER that of the program which names functions: without it no suppression of a function counts.
//
// A line in one of the suppressions below needs a comment that says why it is no finding.

const char *__tsan_default_options(void);
const char *__tsan_default_suppressions(void);
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *__tsan_default_options(void)
{
    return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER ":second_deadlock_stack=1";
}

const char *__tsan_default_suppressions(void) { return ""; }

const char *__asan_default_options(void)
{
    return "log_path=" REPORTS ":external_symbolizer_path=" SYMBOLIZER
           ":detect_leaks=1:print_suppressions=0:strict_string_checks=1";
}

const char *__lsan_default_suppressions(void)
{
    return
        // A loop that has stopped and the tasks that still wait on it keep each other. The daemon keeps its one loop to the end;
        // the tests stop one after another. What a task has lost while its loop lives is still found.
        "leak:LinuxIO9EventLoopC*cfC\n"
        // In a global of the harness until the end, but in enumerations that keep their case in the unused bits of the pointer,
        // where LeakSanitizer does not see that it is one.
        "leak:ServiceTests8Contract\n"
        // What an object's weak references lead to: the object keeps a shifted pointer to it, which is none to LeakSanitizer.
        "leak:swift_weakInit\n";
}
