import Glibc
import JSON
import Testing

/// A client that sends everything, closes its sending side, and reads to the end, as `socat` does.
enum OneShotClient {
    /// The daemon's lines, which are compared with the contract.
    static func exchange(
        _ text: String, with path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [JSONValue] {
        var conversation = Conversation(try Contract.published.get())
        conversation.send(text.utf8)
        return try exchangeText(text, with: path).split(separator: "\n").map { text in
            let line = try JSONParser.parse(Array(text.utf8).span)
            for violation in conversation.violations(in: line) {
                Issue.record("not as the contract says: \(violation)\n\(line)", sourceLocation: sourceLocation)
            }
            return line
        }
    }

    private static func exchangeText(_ text: String, with path: String) throws -> String {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("socket: errno \(errno)") }
        defer { close(descriptor) }
        try connect(descriptor, to: path)
        let bytes = Array(text.utf8)
        guard unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count,
            shutdown(descriptor, Int32(SHUT_WR)) == 0
        else { throw HarnessError("send: errno \(errno)") }
        return try readAll(descriptor)
    }

    private static func connect(_ descriptor: Int32, to path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let size = MemoryLayout<sockaddr_un>.size
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(descriptor, address, socklen_t(size))
            }
        }
        guard result == 0 else { throw HarnessError("connect: errno \(errno)") }
    }

    private static func readAll(_ descriptor: Int32) throws -> String {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, Int32(patienceMilliseconds)) == 1 else {
                throw HarnessError("nothing received within \(patienceMilliseconds) ms")
            }
            let count = unsafe read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: received, as: UTF8.self) }
            received += buffer[..<count]
        }
    }
}
