import Glibc
import LinuxIO
import SystemPackage
import Testing

/// The walk-through, the README and the reference, run in the package's folder with the programs that were built along with the tests.
@Suite struct ShowcaseTests {
    @Test(arguments: ["demo", "check-readme", "check-api"])
    func scriptSucceeds(_ script: String) async throws {
        let programs = try Self.programs
        let (output, status) = await Self.shell("Scripts/with-simulated-daemon \(programs) Scripts/\(script) 2>&1")
        #expect(status == 0, "\(output)")
    }

    @Test func outputThatCannotBeWrittenIsAFailure() async throws {
        let (output, status) = await Self.shell("\(try Self.programs)/vdpactl --help 2>&1 > /dev/full")
        #expect(output == "vdpactl: output: No space left on device\n")
        #expect(status == 1 << 8)
    }

    /// The folder of the programs: that of the test bundle.
    private static var programs: String {
        get throws {
            "/" + (try Files.readLink("/proc/self/exe")).split(separator: "/").dropLast().joined(separator: "/")
        }
    }

    /// What a command prints and its wait status, on a thread of its own.
    private static func shell(_ command: String) async -> (output: String, status: CInt) {
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
