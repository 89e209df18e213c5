import LinuxIO
import SystemPackage

extension HostError {
    private static let ptraceCapability = 19

    /// `pidfd_getfd` was refused.
    static func duplicating(_ holder: HolderReference, _ errno: Errno, paths: HostPaths) -> HostError {
        let subject = "descriptor \(holder.descriptor) of process \(holder.pid)"
        switch errno {
        case .notPermitted, .permissionDenied:
            return HostError(
                .permissionDenied, "\(subject) cannot be duplicated: \(ptraceRefusal(paths: paths))",
                call: "pidfd_getfd", errno: errno)
        case .badFileDescriptor where hasNoLeader(holder.pid, paths: paths),
            .noSuchProcess where hasNoLeader(holder.pid, paths: paths):
            return HostError(
                .notSupported,
                "\(subject) cannot be duplicated: the main thread of the process has exited; pass the descriptor instead",
                call: "pidfd_getfd", errno: errno, missing: ["pidfd_getfd"])
        case .badFileDescriptor, .noSuchProcess:
            return HostError(.holderGone, "\(subject) is not open any more", call: "pidfd_getfd", errno: errno)
        default:
            return HostError(
                .kernel, "\(subject) cannot be duplicated: \(errno)", call: "pidfd_getfd", errno: errno)
        }
    }

    /// What forbids ptrace access, as far as this process can tell.
    private static func ptraceRefusal(paths: HostPaths) -> String {
        let scope = try? Files.readText("\(paths.proc)/sys/kernel/yama/ptrace_scope", limit: 16)
        if scope == "3" {
            return "Yama refuses it to everybody, root included (kernel.yama.ptrace_scope is 3 until the next boot); "
                + "pass the descriptor instead"
        }
        guard hasPtraceCapability(paths: paths) else {
            let yama = scope.map { $0 == "0" ? "" : " and kernel.yama.ptrace_scope is \($0)" } ?? ""
            return "this process lacks CAP_SYS_PTRACE\(yama)"
        }
        return "a security module (SELinux, AppArmor) or a seccomp filter refuses it although CAP_SYS_PTRACE is there"
    }

    private static func hasPtraceCapability(paths: HostPaths) -> Bool {
        guard let status = try? Files.readText("\(paths.proc)/self/status") else { return false }
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let mask = UInt64(line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }, radix: 16) ?? 0
            return mask & 1 << UInt64(ptraceCapability) != 0
        }
        return false
    }

    private static func hasNoLeader(_ pid: Int32, paths: HostPaths) -> Bool {
        (try? ProcessStat(pid: pid, paths: paths))?.state == "Z"
    }
}
