import LinuxIO
import SystemPackage

/// A file that audit records are appended to, on a thread of its own: its disk may be full or hang, and neither is to stop
/// anything else.
final class AuditFile: Sendable {
    /// Why a file cannot be used.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        /// The error of the kernel, if it was one.
        var errno: Errno?
    }

    /// How many lines may wait for the disk. What comes then is lost, and counted.
    static let maximumWaiting = 1_024

    private struct State {
        var waiting = 0
        /// Lines that were not taken since the last that was written.
        var lost: UInt64 = 0
    }

    /// Nil once it was closed. Opened, used and closed on the executor's thread.
    private let file: Lock<SharedDescriptor?>
    private let executor: ThreadExecutor
    private let state = Lock(State())
    /// Told of lines that could not be written, and why; without an error they did not fit.
    private let noteLoss: @Sendable (_ count: UInt64, Errno?) -> Void

    /// Writes to an open file.
    init(
        _ file: SharedDescriptor, on executor: ThreadExecutor, noteLoss: @escaping @Sendable (UInt64, Errno?) -> Void
    ) {
        self.file = Lock(file)
        self.executor = executor
        self.noteLoss = noteLoss
    }

    /// Opens a file, and makes it with mode 0600 if it is not there.
    ///
    /// - Parameters:
    ///   - path: a regular file: anything else may make who opens it or writes to it wait for somebody.
    ///   - deadline: how long its disk may take.
    ///   - loop: where the caller waits.
    ///   - noteLoss: told how many lines could not be written, and why; without an error they did not fit. From any thread.
    /// - Returns: the file.
    /// - Throws: `Failure`; also at the deadline, and when the task is cancelled first.
    static func open(
        _ path: String, until deadline: MonotonicInstant, on loop: EventLoop,
        noteLoss: @escaping @Sendable (UInt64, Errno?) -> Void
    ) async throws(Failure) -> AuditFile {
        let executor = ThreadExecutor()
        let opened = Gate<Result<AuditFile, Failure>>()
        executor.run {
            opened.resolve(
                Result { () throws(Failure) in
                    AuditFile(try open(path), on: executor, noteLoss: noteLoss)
                })
        }
        guard let result = await opened.wait(until: deadline, on: loop) else {
            throw Failure(description: "\(path) cannot be opened: nobody waits for its disk any longer")
        }
        return try result.get()
    }

    private static func open(_ path: String) throws(Failure) -> SharedDescriptor {
        let file: SharedDescriptor
        let kind: FileStatus.Kind
        do throws(Errno) {
            file = SharedDescriptor(try Files.openToAppend(path, mode: 0o600))
            kind = try file.withDescriptor { file throws(Errno) in try file.status().kind }
        } catch {
            throw Failure(description: "\(path) cannot be opened: \(error.symbol) (\(error))", errno: error)
        }
        guard kind == .regular else { throw Failure(description: "\(path) is no regular file") }
        return file
    }

    /// Appends a line, in its turn.
    func add(_ line: [UInt8]) {
        let (isTaken, isFirstLost) = state.withLock { state in
            guard state.waiting < Self.maximumWaiting else {
                state.lost += 1
                return (false, state.lost == 1)
            }
            state.waiting += 1
            return (true, false)
        }
        if isFirstLost { noteLoss(1, nil) }
        guard isTaken else { return }
        executor.run { [self] in write(line) }
    }

    private func write(_ line: [UInt8]) {
        let file = file.withLock { $0 }
        do throws(Errno) {
            try file?.withDescriptor { file throws(Errno) in try file.write(line.span) }
        } catch {
            noteLoss(1, error)
        }
        let lost = state.withLock { state in
            state.waiting -= 1
            defer { state.lost = 0 }
            return state.lost
        }
        // The first was told of when it was lost.
        if lost > 1 { noteLoss(lost - 1, nil) }
    }

    /// Has the file closed behind what was added.
    func close() {
        executor.run { [self] in
            let last = file.withLock { file in
                defer { file = nil }
                return file
            }
            _ = consume last
        }
    }

    /// Returns when everything that was added has been written, or at the deadline.
    ///
    /// - Returns: false at the deadline.
    func finish(until deadline: MonotonicInstant, on loop: EventLoop) async -> Bool {
        let written = Gate<Void>()
        executor.run { written.resolve(()) }
        return await written.wait(until: deadline, on: loop) != nil
    }
}
