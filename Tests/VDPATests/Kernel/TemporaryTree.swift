import Glibc
import LinuxIO
import SystemPackage

/// A directory of files and links that is gone with this object.
final class TemporaryTree: Sendable {
    let path: String

    init() throws {
        path = "/tmp/vdpad-tests-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try Files.createDirectory(path, mode: 0o700)
    }

    deinit {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        if let names = try? Files.list(path), (try? Files.status(path, followingLink: false))?.kind == .directory {
            for name in names { remove("\(path)/\(name)") }
            _ = unsafe rmdir(path)
        } else {
            _ = unsafe unlink(path)
        }
    }

    func directory(_ name: String) throws {
        try Files.createDirectory("\(path)/\(name)", mode: 0o755)
    }

    func file(_ name: String, _ content: String) throws {
        try directory(Self.parent(name))
        let bytes = Array(content.utf8)
        try Files.replace("\(path)/\(name)", with: bytes.span, mode: 0o644)
    }

    func link(_ name: String, to target: String) throws {
        try directory(Self.parent(name))
        guard unsafe symlink(target, "\(path)/\(name)") == 0 else { throw Errno(rawValue: errno) }
    }

    func fifo(_ name: String) throws {
        guard unsafe mkfifo("\(path)/\(name)", 0o600) == 0 else { throw Errno(rawValue: errno) }
    }

    private static func parent(_ name: String) -> String {
        name.split(separator: "/").dropLast().joined(separator: "/")
    }
}
