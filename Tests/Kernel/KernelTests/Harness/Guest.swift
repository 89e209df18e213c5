import Foundation
import LinuxIO
import Testing

/// The test kernel that this process runs in, as boot-guest started it.
enum Guest {
    static let environment = ProcessInfo.processInfo.environment

    /// Whether this is the guest; on any other machine nothing here may be called.
    static let isHere = environment["VDPAD_GUEST"] == "1"

    /// Where files go that the host should have afterwards.
    static let results = environment["VDPAD_RESULTS"] ?? "/tmp"

    /// A program of this package: what is to be tested from where Tests/run says, all others from the folder of the test
    /// bundle.
    static func product(_ name: String) throws -> String {
        if let folder = environment["VDPAD_PROGRAMS"], name == "vdpad" || name == "vdpactl" {
            return "\(folder)/\(name)"
        }
        let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// Runs a program to its end and returns its output; throws when it fails.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> String {
        let process = try LineProcess(program, arguments)
        var output: [String] = []
        while let line = await process.nextLine() { output.append(line) }
        let status = await process.wait() ?? -1
        guard status == 0 else {
            let command = ([program] + arguments).joined(separator: " ")
            throw GuestError("\(command): status \(status) \(output.joined(separator: " "))")
        }
        return output.joined(separator: "\n")
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What is in a file that others remove; nil when there is none.
    static func readIfThere(_ path: String) throws -> String? {
        do {
            return try read(path)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return nil
        }
    }

    /// Writes to a file of sysfs or procfs, from another process: such a write can hang for good.
    static func write(_ text: String, to path: String) async throws {
        try await run("sh", "-c", "printf '%s\\n' \"$0\" > \"$1\"", text, path)
    }

    /// Waits until something holds that nobody announces, looking every two milliseconds on a thread of its own.
    static func wait(until what: String, _ holds: @escaping @Sendable () throws -> Bool) async throws {
        try await Poll().wait(until: what, holds)
    }

    private actor Poll {
        private let executor = ThreadExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

        func wait(until what: String, _ holds: @Sendable () throws -> Bool) throws {
            let limit = MonotonicInstant.now.advanced(byMilliseconds: 20_000)
            while try !holds() {
                guard MonotonicInstant.now < limit else { throw GuestError("not within 20 s: \(what)") }
                usleep(2_000)
            }
        }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs only inside the test kernel, which `Tests/run kernel` boots.
    static var insideGuest: Self {
        .enabled(if: Guest.isHere, "runs inside the test kernel only: Tests/run kernel")
    }
}
