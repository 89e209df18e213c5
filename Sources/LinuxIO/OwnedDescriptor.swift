import CLinux
public import SystemPackage

/// One open file descriptor and its only owner: closed when this value ends.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number, for a system call made while this value lives.
    package let rawValue: CInt

    /// Takes over an open descriptor.
    package init(_ rawValue: CInt) {
        self.rawValue = rawValue
    }

    deinit {
        // close(2) on Linux always frees the number; its error says nothing that could be acted on here.
        _ = clinux_close(rawValue)
    }

    /// Hands the open number over to the caller.
    package consuming func take() -> CInt {
        let number = rawValue
        discard self
        return number
    }

    /// Which file it is.
    ///
    /// - Throws: `Errno` of statx(2).
    public borrowing func status() throws(Errno) -> FileStatus {
        try FileStatus(descriptor: rawValue)
    }

    /// Changes the owner and the group of a file that was opened with `Files.openReference`; nil leaves one as it is.
    ///
    /// - Throws: `Errno` of fchownat(2).
    public borrowing func changeOwner(_ userID: UInt32?, group groupID: UInt32?) throws(Errno) {
        let number = rawValue
        try kernelCall("fchownat") { clinux_change_owner(number, userID ?? .max, groupID ?? .max) }
    }

    /// Changes the permissions of a file that was opened with `Files.openReference`.
    ///
    /// - Throws: `Errno` of chmod(2).
    public borrowing func changeReferencedMode(_ mode: UInt32) throws(Errno) {
        let number = rawValue
        try kernelCall("chmod") { clinux_change_reference_mode(number, mode) }
    }

    /// Writes all of `bytes`.
    ///
    /// - Throws: `Errno` of write(2); a part may have been written.
    public borrowing func write(_ bytes: Span<UInt8>) throws(Errno) {
        var offset = 0
        while offset < bytes.count {
            let rest = bytes.extracting(droppingFirst: offset)
            offset += try kernelCall("write") {
                unsafe rest.withUnsafeBufferPointer { unsafe clinux_write(rawValue, $0.baseAddress, $0.count) }
            }
        }
    }
}
