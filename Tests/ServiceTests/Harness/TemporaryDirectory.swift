import Glibc
import LinuxIO

/// A new directory that goes with this object, and everything in it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = "/tmp/vdpad-service-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try Files.createDirectory(path, mode: 0o700)
    }

    deinit {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        guard let status = try? Files.status(path, followingLink: false) else { return }
        guard status.kind == .directory else {
            try? Files.remove(path)
            return
        }
        for name in (try? Files.list(path)) ?? [] { remove("\(path)/\(name)") }
        unsafe rmdir(path)
    }
}
