import ControlAPI
import JSON
import LinuxIO
import SystemPackage

/// The steps of operations under way, on disk as they happen.
///
/// The record of an operation is written when it begins and when it ends, since that of a large group is too long to be
/// written at each step. Meanwhile each step is a line here, appended by one write(2), so that a SIGKILL at any instruction
/// leaves whole lines, and at most a part of the last.
final class OperationJournal: Sendable {
    private struct State {
        var file: SharedDescriptor?
        var size = 0
    }

    private let path: String
    private let state = Lock(State())

    /// A journal that is read before it is begun.
    init(path: String) {
        self.path = path
    }

    /// How many bytes have been written since it was begun.
    var size: Int { state.withLock { $0.size } }

    /// The steps that a process before this one has left, by operation.
    ///
    /// - Throws: `Errno` of open(2) or read(2); one that is not there is empty.
    func read() throws(Errno) -> [String: [OperationPhase]] {
        let text: [UInt8]
        do throws(Errno) {
            text = try Files.read(path, limit: 64 << 20)
        } catch .noSuchFileOrDirectory {
            return [:]
        }
        var phases: [String: [OperationPhase]] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // A part of a line is a step that had not begun.
            guard let value = try? JSONParser.parse(Array(line).span),
                let step = try? JournalStep(value, at: JSONPath("step", mode: .lenient))
            else { continue }
            phases[step.operation, default: []].append(step.phase)
        }
        return phases
    }

    /// Begins anew: all steps are in records. It stays open.
    ///
    /// - Throws: `Errno` of open(2) or unlink(2).
    func begin() throws(Errno) {
        try state.withLock { state throws(Errno) in
            state = State()
            state.file = SharedDescriptor(try Files.create(path, mode: 0o600))
        }
    }

    /// Appends a step to a journal that was begun.
    ///
    /// - Throws: `Errno` of write(2), `Errno.badFileDescriptor` if it could not be begun.
    func append(_ phase: OperationPhase, of operation: String) throws(Errno) {
        var writer = JSONWriter()
        writer.value(JournalStep(operation: operation, phase: phase))
        writer.bytes.append(UInt8(ascii: "\n"))
        let line = writer.bytes
        try state.withLock { state throws(Errno) in
            guard let file = state.file else { throw .badFileDescriptor }
            state.size += line.count
            try file.withDescriptor { descriptor throws(Errno) in try descriptor.write(line.span) }
        }
    }
}

/// A step of one of several operations.
private struct JournalStep: JSONObjectReadable, JSONWritable {
    static var schemaSummary: StaticString { "A step of an operation, as it is kept until its end." }

    let operation: String
    let phase: OperationPhase

    init(operation: String, phase: OperationPhase) {
        self.operation = operation
        self.phase = phase
    }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operation = try members.required("operation", "The operation.")
        phase = try members.required("phase", "The step.")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operation", operation)
        writer.member("phase", phase)
        writer.endObject()
    }
}
