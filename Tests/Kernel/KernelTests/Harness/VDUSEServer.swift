/// The process behind a VDUSE block device, which says of its queues what it is told, and can be made silent.
struct VDUSEServer: Sendable {
    /// What it has seen up to now.
    struct Status: Decodable, Sendable {
        let silent: Bool
        /// As the kernel last set it.
        let deviceStatus: UInt8
        /// Messages answered.
        let answered: Int
    }

    /// How it ended.
    struct Summary: Decodable, Sendable {
        let destroyErrno: Int32
        let answered: Int
    }

    private struct Ready: Decodable {
        let pid: Int32
    }

    let pid: Int32
    private let process: LineProcess

    /// Returns when the VDUSE device exists; the vDPA device is added afterwards, with the same name.
    static func start(name: String, queues: Int = 1, packed: Bool = false) async throws -> VDUSEServer {
        let process = try LineProcess(
            Guest.product("VDUSEServer"), [name, "\(queues)"] + (packed ? ["packed"] : []))
        let ready = try await process.nextAnswer(Ready.self)
        return VDUSEServer(pid: ready.pid, process: process)
    }

    /// Leaves every message of the kernel unanswered from now on.
    @discardableResult
    func silence() async throws -> Status { try await ask("silence") }

    /// Answers again, beginning with the messages that wait.
    @discardableResult
    func answer() async throws -> Status { try await ask("answer") }

    func status() async throws -> Status { try await ask("status") }

    /// Says from now on that a queue is there, in the encoding of VHOST_GET_VRING_BASE; ends `move` and `fail`.
    func setPosition(_ base: UInt32, queue: Int) async throws {
        let _: Status = try await ask("position \(queue) \(base)")
    }

    /// Has a queue go on by one each time its position is asked for.
    func move(queue: Int) async throws { let _: Status = try await ask("move \(queue)") }

    /// Fails to say where a queue is.
    func fail(queue: Int) async throws { let _: Status = try await ask("fail \(queue)") }

    /// Destroys the VDUSE device, which must have no vDPA device any more, and ends.
    func quit() async throws -> Summary {
        let summary: Summary = try await ask("quit")
        await process.wait()
        return summary
    }

    private func ask<Answer: Decodable>(_ command: String) async throws -> Answer {
        try process.send(command)
        return try await process.nextAnswer(Answer.self)
    }
}
