import LinuxIO
import SystemPackage

/// Lines on their way to the other end of a connection: those that wait together are sent together.
///
/// From any thread; `send` on the loop of its socket.
final class SimulatedHostLines: Sendable {
    private let waiting = Lock<[SimulatedHostLine]>([])
    private let news: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// No lines yet.
    init() {
        (news, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds a line behind the others.
    func add(_ line: SimulatedHostLine) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(line)
            return waiting.count == 1
        }
        if isFirst { waker.yield() }
    }

    /// Lets `send` return once what was added before is sent.
    func finish() {
        waker.finish()
    }

    /// Sends lines until the end, or until they cannot be sent any more.
    func send(to socket: StreamSocket) async {
        for await _ in news {
            let lines = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            for part in Self.parts(of: lines) {
                do throws(Errno) { try await socket.send(part.bytes, descriptors: part.descriptors) } catch { return }
            }
        }
    }

    /// Joins lines; one with a descriptor begins a part, since descriptors go with the first byte.
    private static func parts(
        of lines: [SimulatedHostLine]
    ) -> [(bytes: [UInt8], descriptors: [SharedDescriptor])] {
        var parts: [(bytes: [UInt8], descriptors: [SharedDescriptor])] = []
        for line in lines {
            if parts.isEmpty || !line.descriptors.isEmpty {
                parts.append((line.bytes, line.descriptors))
            } else {
                parts[parts.count - 1].bytes += line.bytes
            }
        }
        return parts
    }
}
