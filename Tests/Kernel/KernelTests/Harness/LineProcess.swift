import Foundation
import LinuxIO

/// A child process that is given lines on its standard input and answers with lines on its standard output.
///
/// A thread of its own reads what it writes, so that no thread of the callers' pool waits. The child's standard error
/// is the tests'; it inherits no other descriptor but those that are passed, as 3 and on.
actor LineProcess {
    nonisolated let processIdentifier: Int32
    nonisolated private let command: String
    nonisolated private let input: FileHandle
    nonisolated private let output: AsyncStream<UInt8>
    nonisolated private let end: AsyncStream<Int32>
    private var hasEnded = false

    /// Starts the program, found by PATH if its name has no slash.
    init(_ program: String, _ arguments: [String], passing descriptors: [SharedDescriptor] = []) throws {
        let inputPipe = try Self.makePipe()
        let outputPipe = try Self.makePipe()
        defer {
            close(inputPipe.reading)
            close(outputPipe.writing)
        }
        processIdentifier = try Self.spawn(
            [program] + arguments, input: inputPipe.reading, output: outputPipe.writing, passing: descriptors)
        command = ([program] + arguments).joined(separator: " ")
        input = FileHandle(fileDescriptor: inputPipe.writing, closeOnDealloc: true)

        let (output, outputSink) = AsyncStream.makeStream(of: UInt8.self)
        let (end, endSink) = AsyncStream.makeStream(of: Int32.self)
        self.output = output
        self.end = end
        let child = processIdentifier
        Thread.detachNewThread {
            Self.readAll(from: outputPipe.reading, into: outputSink)
            endSink.yield(Self.waitForEnd(of: child))
            endSink.finish()
        }
    }

    nonisolated func send(_ line: String) throws {
        try input.write(contentsOf: Data((line + "\n").utf8))
    }

    /// The next line, or nil when the child has closed its output or the test is cancelled.
    nonisolated func nextLine() async -> String? {
        var line: [UInt8] = []
        for await byte in output {
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// The next line as the type it should be.
    nonisolated func nextAnswer<Answer: Decodable>(_ type: Answer.Type) async throws -> Answer {
        guard let line = await nextLine() else { throw GuestError("no answer from \(command)") }
        do {
            return try JSONDecoder().decode(type, from: Data(line.utf8))
        } catch {
            throw GuestError("not the answer expected from \(command): \(line)")
        }
    }

    /// Waits for the child's end. Its status, 128 and the signal's number if one killed it, or nil when another call
    /// has had that answer already.
    @discardableResult
    func wait() async -> Int32? {
        for await status in end {
            hasEnded = true
            return status
        }
        return nil
    }

    /// Sends a signal to the child, or to the one it forked, unless `wait` has seen the child's end.
    func signal(_ number: Int32, to process: Int32) {
        if !hasEnded { kill(process, number) }
    }

    /// Sockets, since they can be made close-on-exec at once and a pipe cannot from here.
    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw GuestError("socketpair: errno \(errno)") }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ words: [String], input: Int32, output: Int32, passing descriptors: [SharedDescriptor]
    ) throws -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        // Numbers that no action takes the place of before they are duplicated.
        let lent = descriptors.map { descriptor in
            descriptor.withDescriptor { descriptor in fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 100) }
        }
        defer { for number in lent { close(number) } }
        for (index, number) in lent.enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, number, Int32(3 + index))
        }
        // The threads of the pool have every signal blocked, which a child would inherit.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var child: Int32 = 0
        let result = unsafe posix_spawnp(&child, words[0], &actions, &attributes, &arguments, environ)
        guard result == 0 else { throw GuestError("\(words[0]) cannot be started: errno \(result)") }
        return child
    }

    private static func readAll(from descriptor: Int32, into sink: AsyncStream<UInt8>.Continuation) {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            for byte in buffer[..<count] { sink.yield(byte) }
        }
        close(descriptor)
        sink.finish()
    }

    private static func waitForEnd(of child: Int32) -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return -1 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
