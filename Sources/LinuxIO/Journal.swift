import CLinux
public import SystemPackage

/// The journal of this host, written to without a library (systemd's JOURNAL_NATIVE_PROTOCOL).
public final class Journal: Sendable {
    /// Where journald listens.
    public static let defaultPath = "/run/systemd/journal/socket"

    private let socket: OwnedDescriptor
    private let path: String

    /// Writes to the journal that listens at `path`. It need not be there yet.
    ///
    /// - Throws: `Errno` of socket(2).
    public init(path: String = defaultPath) throws(Errno) {
        socket = OwnedDescriptor(try kernelCall("socket") { clinux_journal_socket() })
        self.path = path
    }

    /// Whether standard error leads to the journal, so that the journal is where this process is to log.
    ///
    /// - Parameter stream: the value of JOURNAL_STREAM, `DEVICE:INODE`.
    /// - Returns: whether it does.
    public static func isStandardError(_ stream: String? = ProcessEnvironment.value("JOURNAL_STREAM")) -> Bool {
        guard let parts = stream?.split(separator: ":"), parts.count == 2, let device = UInt64(parts[0]),
            let inode = UInt64(parts[1])
        else { return false }
        return clinux_is_file(2, device, inode) == 1
    }

    /// Adds an entry. Never blocks.
    ///
    /// - Throws: `Errno` of sendto(2), as `Errno.wouldBlock` when the journal does not keep up; the entry is lost then.
    public func add(_ entry: JournalEntry) throws(Errno) {
        let number = socket.rawValue
        try kernelCall("sendto") { unsafe clinux_journal_send(number, path, entry.bytes, entry.bytes.count) }
    }
}
