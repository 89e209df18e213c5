import CLinux
public import SystemPackage

/// The right to be the only one that works in a directory; given up when the value or the process goes.
public struct DirectoryLock: ~Copyable, Sendable {
    private let directory: OwnedDescriptor

    /// Takes the lock of a directory that exists, by flock(2).
    ///
    /// - Throws: `Errno.wouldBlock` when another process has it, `Errno` of open(2).
    public init(_ path: String) throws(Errno) {
        let opened = OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_DIRECTORY, 0) })
        try kernelCall("flock") { clinux_lock(opened.rawValue) }
        directory = opened
    }
}
