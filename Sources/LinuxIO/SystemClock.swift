public import SystemPackage

/// What tells one time the host was up from another.
public enum SystemClock {
    /// The kernel's random identifier of this boot.
    ///
    /// - Throws: `Errno` of reading /proc/sys/kernel/random/boot_id.
    public static func bootIdentifier() throws(Errno) -> String {
        try Files.readText("/proc/sys/kernel/random/boot_id", limit: 64)
    }
}
