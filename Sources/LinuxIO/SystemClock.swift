import Glibc
public import SystemPackage

/// What tells one time the host was up from another.
public enum SystemClock {
    /// Nanoseconds of CLOCK_BOOTTIME: since the host was started, the time that it slept included.
    public static var bootTimeNanoseconds: UInt64 {
        var time = timespec()
        // Cannot fail: the clock exists, and the address is valid.
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The kernel's random identifier of this boot.
    ///
    /// - Throws: `Errno` of reading /proc/sys/kernel/random/boot_id.
    public static func bootIdentifier() throws(Errno) -> String {
        try Files.readText("/proc/sys/kernel/random/boot_id", limit: 64)
    }
}
