import Glibc
import LinuxIO
import SystemPackage

/// Shell commands with the programs that were built along with the tests.
enum Shell {
    /// The folder of the programs: that of the test bundle.
    static var programs: String {
        get throws {
            "/" + (try Files.readLink("/proc/self/exe")).split(separator: "/").dropLast().joined(separator: "/")
        }
    }

    /// What a command prints and its wait status, on a thread of its own.
    static func run(_ command: String) async -> (output: String, status: CInt) {
        await withCheckedContinuation { continuation in
            do throws(Errno) {
                try DetachedThread.start {
                    guard let stream = unsafe popen(command, "re") else {
                        continuation.resume(returning: ("popen failed", -1))
                        return
                    }
                    var output: [UInt8] = []
                    while case let byte = unsafe getc(stream), byte != EOF {
                        output.append(UInt8(truncatingIfNeeded: byte))
                    }
                    let status = unsafe pclose(stream)
                    continuation.resume(returning: (String(decoding: output, as: UTF8.self), status))
                }
            } catch {
                continuation.resume(returning: ("no thread: \(error)", -1))
            }
        }
    }
}
