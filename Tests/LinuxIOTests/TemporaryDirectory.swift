import Glibc
import LinuxIO
import SystemPackage

/// A directory of one test.
struct TemporaryDirectory: ~Copyable {
    let path: String

    init() throws(Errno) {
        path = "/tmp/linuxio-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.createDirectory(path, mode: 0o700)
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        for name in (try? Files.list(path)) ?? [] { removeAll(path + "/" + name) }
        if unsafe rmdir(path) != 0 { try? Files.remove(path) }
    }
}

func makeEmptyFile(_ path: String) throws(Errno) {
    let nothing: [UInt8] = []
    try Files.replace(path, with: nothing.span, mode: 0o600)
}
