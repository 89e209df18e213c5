import Glibc

/// A named pipe by which a process is told what to do next.
final class FIFO {
    /// Where it is.
    let path: String
    private let descriptor: Int32

    /// Makes one.
    init(_ path: String) throws {
        self.path = path
        guard unsafe mkfifo(path, 0o600) == 0 else { throw HarnessError("mkfifo: errno \(errno)") }
        // Kept open for both, so that the process reads on after each line.
        descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Writes a text that the process reads at once.
    func write(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw HarnessError("write: errno \(errno)")
        }
    }
}
