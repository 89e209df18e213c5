internal import ArgumentParser
internal import DeviceState
internal import LinuxIO
internal import SystemPackage

/// A file that is read, or `-` for standard input.
struct InputFile: Sendable, ExpressibleByArgument {
    static var defaultCompletionKind: CompletionKind { .file() }

    let path: String

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        path = argument
    }

    /// The state in the file, verified.
    func state() throws(CommandFailure) -> DeviceState {
        let text = try read(limit: DeviceState.maximumLength)
        do throws(DeviceStateError) {
            return try DeviceState.verify(text)
        } catch {
            throw .invalidDocument("\(path): \(error)")
        }
    }

    /// All bytes.
    func read(limit: Int) throws(CommandFailure) -> [UInt8] {
        do throws(Errno) {
            return path == "-" ? try Self.standardInput(limit: limit) : try Files.read(path, limit: limit)
        } catch .fileTooLarge {
            throw .input("\(path): longer than the limit of \(limit) bytes")
        } catch {
            throw .input("\(path): \(error)")
        }
    }

    private static func standardInput(limit: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count: Int
            do {
                count = try unsafe chunk.withUnsafeMutableBytes {
                    try unsafe FileDescriptor.standardInput.read(into: $0)
                }
            } catch {
                throw error as? Errno ?? .ioError
            }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            if bytes.count > limit { throw .fileTooLarge }
        }
    }
}
