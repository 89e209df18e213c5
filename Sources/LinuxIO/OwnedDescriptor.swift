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
