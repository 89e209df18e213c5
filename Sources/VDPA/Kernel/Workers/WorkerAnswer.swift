import LinuxIO

/// What a worker answers, and the descriptor that comes along.
struct WorkerAnswer: Sendable {
    /// The answer.
    let reply: HostReply
    /// The descriptor of what was opened.
    let descriptor: SharedDescriptor?

    /// An answer.
    init(_ reply: HostReply, descriptor: SharedDescriptor? = nil) {
        self.reply = reply
        self.descriptor = descriptor
    }
}
