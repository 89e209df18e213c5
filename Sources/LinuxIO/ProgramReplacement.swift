import CLinux
public import SystemPackage

/// Another program in place of this one.
public enum ProgramReplacement {
    /// Becomes the program that the first of `arguments` names, looked up in PATH. It keeps this process's number, its
    /// environment, its limits and the descriptors that are not close-on-exec. No signal is blocked for it, and signals
    /// have their default action, save SIGHUP, SIGINT and SIGQUIT: what nohup or a shell had this process ignore, the
    /// program ignores too.
    ///
    /// - Returns: `Errno` of execvp(3), such as `Errno.noSuchFileOrDirectory`; `Errno.invalidArgument` without arguments.
    public static func become(_ arguments: [String]) -> Errno {
        guard !arguments.isEmpty else { return .invalidArgument }
        do throws(Errno) {
            try unsafe ChildProcess.withCStrings(arguments) { arguments throws(Errno) in
                _ = try kernelCall("execve") { unsafe clinux_exec(arguments) }
            }
            preconditionFailure("execvp has returned without an error")
        } catch {
            return error
        }
    }
}
