import CLinux
public import SystemPackage

/// Calls on files by path. They block for as long as the file system does: local file systems, procfs and sysfs only.
public enum Files {
    /// What a file contains.
    ///
    /// - Throws: `Errno.fileTooLarge` when there are more than `limit` bytes, `Errno` of open(2) or read(2).
    public static func read(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        let file = OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_READ, 0) })
        var bytes = [UInt8](repeating: 0, count: min(limit + 1, 4_096))
        var length = 0
        while true {
            let number = file.rawValue
            let count = try kernelCall("read") {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe clinux_read(number, $0.baseAddress.unsafelyUnwrapped + length, $0.count - length)
                }
            }
            length += count
            if length > limit { throw .fileTooLarge }
            if count == 0 { break }
            if length == bytes.count {
                bytes.append(contentsOf: repeatElement(0, count: min(limit + 1 - length, length)))
            }
        }
        bytes.removeLast(bytes.count - length)
        return bytes
    }

    /// What a file contains, as text without white space at the end; bytes that are not UTF-8 are replaced.
    ///
    /// - Throws: as `read`.
    public static func readText(_ path: String, limit: Int = 65_536) throws(Errno) -> String {
        var bytes = try read(path, limit: limit)
        while let last = bytes.last, last == 0x0a || last == 0x20 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes to a file that exists, in one write(2), as sysfs attributes want it.
    ///
    /// - Throws: `Errno` of open(2) or write(2); `Errno.ioError` when only a part was taken.
    public static func write(_ text: String, to path: String) throws(Errno) {
        let file = OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_WRITE, 0) })
        let bytes = Array(text.utf8)
        let count = try kernelCall("write") { unsafe clinux_write(file.rawValue, bytes, bytes.count) }
        guard count == bytes.count else { throw .ioError }
    }

    /// Replaces a file so that the end of this process at any moment leaves the old content or the new one.
    ///
    /// Writes `path`.new and renames it over `path`; nothing is flushed to a disk. One writer for each path.
    ///
    /// - Throws: `Errno` of open(2), write(2), fchmod(2) or rename(2); `path` is unchanged then.
    public static func replace(_ path: String, with bytes: Span<UInt8>, mode: UInt32) throws(Errno) {
        try replace(path, with: bytes, mode: mode) { _ throws(Errno) in }
    }

    /// Replaces a file so that a crash of the machine at any moment, too, leaves the old content or the new one, and so that
    /// the new one is on the disk at the return. It waits for the disk. One writer for each path.
    ///
    /// - Throws: `Errno` of open(2), write(2), fchmod(2), fsync(2) or rename(2); `path` is unchanged then, unless it was the
    ///   directory that could not be flushed.
    public static func replaceOnDisk(_ path: String, with bytes: Span<UInt8>, mode: UInt32) throws(Errno) {
        try replace(path, with: bytes, mode: mode) { file throws(Errno) in try flush(file) }
        let directory = try openDirectory(parent(of: path))
        try flush(directory.rawValue)
    }

    private static func flush(_ descriptor: CInt) throws(Errno) {
        try kernelCall("fsync") { clinux_flush(descriptor) }
    }

    private static func replace(
        _ path: String, with bytes: Span<UInt8>, mode: UInt32, finish: (CInt) throws(Errno) -> Void
    ) throws(Errno) {
        let temporary = path + ".new"
        do throws(Errno) {
            let file = OwnedDescriptor(try createNew(temporary, mode: mode))
            try file.write(bytes)
            // open(2) took the umask off, which leaves the owner's rights alone.
            if mode & 0o077 != 0 { try kernelCall("fchmod") { clinux_change_mode(file.rawValue, mode) } }
            try finish(file.rawValue)
            try kernelCall("rename") { unsafe clinux_rename(temporary, path) }
        } catch {
            _ = unsafe clinux_unlink(temporary)
            throw error
        }
    }

    private static func createNew(_ path: String, mode: UInt32) throws(Errno) -> CInt {
        do throws(Errno) {
            return try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_CREATE_NEW, mode) }
        } catch .fileExists {
            // Left by a process that died while it wrote.
            try kernelCall("unlink") { unsafe clinux_unlink(path) }
            return try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_CREATE_NEW, mode) }
        }
    }

    /// Begins a new file in the place of one that may be there. It is read and written through the descriptor.
    ///
    /// - Throws: `Errno` of open(2) or unlink(2).
    public static func create(_ path: String, mode: UInt32) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try createNew(path, mode: mode))
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func openDirectory(_ path: String) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_DIRECTORY, 0) })
    }

    /// Opens a file or device node to read and write.
    ///
    /// - Throws: `Errno` of open(2).
    public static func openReadWrite(_ path: String) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_READ_WRITE, 0) })
    }

    /// Opens a file to write at its end, and makes it with the permissions `mode`, less the umask, if it is not there.
    /// It does not wait for a reader of a FIFO.
    ///
    /// - Throws: `Errno` of open(2).
    public static func openToAppend(_ path: String, mode: UInt32) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_APPEND, mode) })
    }

    /// Refers to a file or device node without opening it: no driver is called. A last symbolic link is not followed.
    ///
    /// - Throws: `Errno` of open(2).
    public static func openReference(_ path: String) throws(Errno) -> OwnedDescriptor {
        OwnedDescriptor(try kernelCall("open") { unsafe clinux_open(path, CLINUX_OPEN_REFERENCE, 0) })
    }

    /// Where a symbolic link points, as it is written in the link.
    ///
    /// - Throws: `Errno.invalidArgument` when it is no link, `Errno` of readlink(2).
    public static func readLink(_ path: String) throws(Errno) -> String {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer throws(Errno) in
            let count = try kernelCall("readlink") {
                unsafe clinux_readlink(path, buffer.assumingMemoryBound(to: CChar.self).baseAddress, buffer.count)
            }
            return unsafe String(decoding: UnsafeRawBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
        }
    }

    /// Names in a directory, without "." and "..", sorted.
    ///
    /// - Throws: `Errno` of open(2) or getdents64(2).
    public static func list(_ path: String) throws(Errno) -> [String] {
        let directory = try openDirectory(path)
        let number = directory.rawValue
        var names: [String] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            let count = try kernelCall("getdents64") {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe clinux_directory_entries(number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { break }
            appendNames(buffer.span.extracting(first: count), to: &names)
        }
        names.sort()
        return names
    }

    /// struct linux_dirent64: d_reclen is at byte 16, d_name at byte 19 up to a NUL.
    private static func appendNames(_ entries: Span<UInt8>, to names: inout [String]) {
        var start = 0
        while start + 19 <= entries.count {
            let length = Int(entries[start + 16]) | Int(entries[start + 17]) << 8
            guard length > 19, start + length <= entries.count else { return }
            var end = start + 19
            while end < start + length, entries[end] != 0 { end += 1 }
            let name = (start + 19..<end).map { entries[$0] }
            if name != [0x2e], name != [0x2e, 0x2e] { names.append(String(decoding: name, as: UTF8.self)) }
            start += length
        }
    }

    /// Removes a file, a socket or a link.
    ///
    /// - Throws: `Errno` of unlink(2).
    public static func remove(_ path: String) throws(Errno) {
        try kernelCall("unlink") { unsafe clinux_unlink(path) }
    }

    /// Whether something is at `path`, following links.
    ///
    /// - Throws: `Errno` of statx(2) other than "not there".
    public static func exists(_ path: String) throws(Errno) -> Bool {
        do throws(Errno) {
            _ = try status(path)
            return true
        } catch .noSuchFileOrDirectory, .notDirectory {
            return false
        }
    }

    /// What statx(2) knows without asking a remote server.
    ///
    /// - Throws: `Errno` of statx(2).
    public static func status(_ path: String, followingLink: Bool = true) throws(Errno) -> FileStatus {
        try FileStatus(path: path, followingLink: followingLink)
    }

    /// Makes a directory with the permissions `mode`, and with 0755 those above it that are missing. One that is there
    /// already is left as it is.
    ///
    /// - Throws: `Errno.notDirectory` when something else is there, `Errno` of mkdir(2).
    public static func createDirectory(_ path: String, mode: UInt32) throws(Errno) {
        if try exists(path) {
            guard try status(path).kind == .directory else { throw .notDirectory }
            return
        }
        let parent = parent(of: path)
        if parent != path, parent != "." { try createDirectory(parent, mode: 0o755) }
        do throws(Errno) {
            try kernelCall("mkdir") { unsafe clinux_make_directory(path, mode) }
        } catch .fileExists {
            return
        }
        try kernelCall("chmod") { unsafe clinux_change_path_mode(path, mode) }
    }

    /// Raises the soft limit of open files to the hard limit, which it returns.
    ///
    /// - Throws: `Errno` of setrlimit(2).
    @discardableResult
    public static func raiseDescriptorLimit() throws(Errno) -> Int64 {
        try kernelCall("setrlimit") { clinux_raise_descriptor_limit() }
    }
}
