import CLinux
public import SystemPackage

/// How much memory this process, and what it becomes, may lock or have pinned (RLIMIT_MEMLOCK).
public struct MemoryLockLimit: Sendable, Hashable {
    /// What counts, in bytes; the largest value is no limit.
    public var soft: UInt64
    /// How far the process may raise it by itself, in bytes; the largest value is no limit.
    public var hard: UInt64

    /// A limit.
    public init(soft: UInt64, hard: UInt64) {
        self.soft = soft
        self.hard = hard
    }

    /// The limit of this process.
    ///
    /// - Throws: `Errno` of getrlimit(2).
    public static var current: MemoryLockLimit {
        get throws(Errno) {
            var soft: UInt64 = 0
            var hard: UInt64 = 0
            try kernelCall("getrlimit") { unsafe clinux_memory_lock_limit(&soft, &hard) }
            return MemoryLockLimit(soft: soft, hard: hard)
        }
    }

    /// Makes this the limit of this process.
    ///
    /// - Throws: `Errno.notPermitted` when the hard limit would rise without CAP_SYS_RESOURCE, `Errno` of setrlimit(2).
    public func apply() throws(Errno) {
        try kernelCall("setrlimit") { clinux_set_memory_lock_limit(soft, hard) }
    }
}
