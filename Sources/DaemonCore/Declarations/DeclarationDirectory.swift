import LinuxIO
import SystemPackage

/// The directory of the declarations. It is on a disk, so it is used on a thread of its own.
actor DeclarationDirectory {
    nonisolated let path: String
    private let executor = ThreadExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Uses a directory, which need not be there.
    init(_ path: String) {
        self.path = path
    }

    /// Reads all files whose name ends with `.json`, in the order of their names.
    func read() -> DeclarationSet {
        do throws(Errno) {
            let names = try Files.list(path).filter { $0.hasSuffix(".json") }
            return DeclarationSet(
                files: names.map { name in
                    let file = "\(path)/\(name)"
                    return (
                        file,
                        Result { () throws(Errno) in
                            // Opening a FIFO would wait for a writer.
                            guard try Files.status(file).kind == .regular else { throw .invalidArgument }
                            return try Files.read(file, limit: DeclarationFile.maximumBytes)
                        }
                    )
                })
        } catch .noSuchFileOrDirectory {
            return DeclarationSet()
        } catch {
            return DeclarationSet(unreadable: path, error)
        }
    }

    /// Replaces a file in the directory, which is made if it is not there.
    ///
    /// - Throws: `Errno` of what failed; the file is as it was, unless it was the directory that could not be flushed.
    func write(_ file: DeclarationSaving.File) throws(Errno) {
        try Files.createDirectory(path, mode: 0o755)
        let bytes = Array(file.text.utf8)
        try Files.replaceOnDisk(file.path, with: bytes.span, mode: 0o644)
    }
}
