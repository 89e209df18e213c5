import JSON
import LinuxIO
import SystemPackage
import Testing

/// A connection over which JSON values go, one a line.
final class LineConnection {
    private let socket: BlockingSocket
    private var received: [UInt8] = []
    private var conversation: Conversation?
    /// What was passed along with what was received, in order, until somebody takes it.
    var descriptors: [SharedDescriptor] = []

    /// Connects to a daemon, of which every line is compared with the contract; throws `Errno`.
    convenience init(to path: String) throws {
        try self.init(to: path, Conversation(try Contract.published.get()))
    }

    /// Connects to something that has another contract; throws `Errno`.
    init(to path: String, _ conversation: Conversation?) throws {
        self.conversation = conversation
        socket = try BlockingSocket(
            connectingTo: path, until: .now.advanced(byMilliseconds: patienceMilliseconds))
    }

    /// Sends bytes as they are.
    func send(bytes: [UInt8], descriptors: [SharedDescriptor] = []) throws {
        conversation?.send(bytes)
        try socket.send(
            bytes.span, descriptors: descriptors, until: .now.advanced(byMilliseconds: patienceMilliseconds))
    }

    /// Sends text as it is.
    func send(text: String) throws {
        try send(bytes: Array(text.utf8))
    }

    /// Sends a value and a line feed.
    func send(_ value: JSONValue, descriptors: [SharedDescriptor] = []) throws {
        try send(bytes: value.jsonBytes() + [UInt8(ascii: "\n")], descriptors: descriptors)
    }

    /// The next line; nil at the end of the stream. What the contract does not have is recorded as an issue.
    func receive(
        within milliseconds: UInt64 = patienceMilliseconds, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSONValue? {
        guard let line = try receiveLine(within: milliseconds) else { return nil }
        for violation in conversation?.violations(in: line) ?? [] {
            Issue.record("not as the contract says: \(violation)\n\(line)", sourceLocation: sourceLocation)
        }
        return line
    }

    private func receiveLine(within milliseconds: UInt64) throws -> JSONValue? {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: milliseconds)
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                do throws(JSONSyntaxError) { return try JSONParser.parse(line.span) } catch {
                    throw HarnessError("no JSON: \(error): \(String(decoding: line, as: UTF8.self))")
                }
            }
            do {
                guard let extras = try socket.receive(appendingTo: &received, keepingDescriptors: 8, until: deadline)
                else {
                    guard received.isEmpty else { throw HarnessError("the stream ended within a line") }
                    return nil
                }
                descriptors += extras.descriptors
            } catch Errno.timedOut {
                throw HarnessError("nothing received within \(milliseconds) ms")
            } catch Errno.connectionReset {
                return nil
            }
        }
    }
}
