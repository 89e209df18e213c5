import LinuxIO
import SystemPackage

/// A client on a thread of its own that sends notifications without end, until the server closes the connection or, so that a
/// server that serves nobody else ends too, for five minutes.
final class Flood: Sendable {
    private let state = Lock(true)

    /// Whether the client still sends.
    var goesOn: Bool { state.withLock { $0 } }

    init(of path: String) throws {
        let end = MonotonicInstant.now.advanced(byMilliseconds: 300_000)
        let socket = try BlockingSocket(connectingTo: path, until: end)
        let line = request("update", "[]", id: nil)
        let bytes = Array(String(repeating: line, count: 65_536 / line.utf8.count).utf8)
        try DetachedThread.start { [self] in
            while MonotonicInstant.now < end, (try? socket.send(bytes.span, until: end)) != nil {}
            state.withLock { $0 = false }
        }
    }
}
