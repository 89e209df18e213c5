import CLinux
public import SystemPackage

/// What tells one time the host was up from another.
public enum SystemClock {
    /// Nanoseconds since the host started, sleep included (CLOCK_BOOTTIME). The same for all processes of the host.
    public static var bootNanoseconds: UInt64 { clinux_boottime_ns() }

    /// The kernel's random identifier of this boot.
    ///
    /// - Throws: `Errno` of reading /proc/sys/kernel/random/boot_id.
    public static func bootIdentifier() throws(Errno) -> String {
        try Files.readText("/proc/sys/kernel/random/boot_id", limit: 64)
    }
}
