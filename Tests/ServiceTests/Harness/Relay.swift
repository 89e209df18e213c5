import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing

/// A socket in front of the daemon's, so that what goes between it and a program is compared with the contract.
final class Relay {
    /// Where the program connects.
    let path: String
    private let daemon: String
    private let listener: Int32

    /// Listens in the daemon's directory.
    init(to daemon: DaemonUnderTest) throws {
        self.daemon = daemon.socket
        path = "\(daemon.directory.path)/relay-\(UInt32.random(in: 0 ... .max)).sock"
        listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let size = MemoryLayout<sockaddr_un>.size
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, socklen_t(size))
            }
        }
        guard listener >= 0, isBound == 0, listen(listener, 8) == 0 else { throw HarnessError("bind: errno \(errno)") }
    }

    deinit {
        close(listener)
    }

    /// Serves one connection after the other until the program has ended.
    func serve(_ program: SpawnedProcess, sourceLocation: SourceLocation) throws {
        try wait(until: "the program has ended: \(program.output)") {
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&waiting, 1, 0) == 1 {
                try serveConnection(try BlockingSocket(inherited: accept(listener, nil, nil)), sourceLocation)
            }
            return !program.isRunning
        }
    }

    /// Hands over a line of the program and waits for the daemon's, as long as both are there.
    private func serveConnection(
        _ program: borrowing BlockingSocket, _ sourceLocation: SourceLocation
    ) throws {
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: patienceMilliseconds)
        let connection = try LineConnection(to: daemon)
        var received: [UInt8] = []
        while try program.receive(appendingTo: &received, until: deadline) != nil {
            guard received.last == UInt8(ascii: "\n") else { continue }
            try connection.send(bytes: received)
            received = []
            guard let reply = try connection.receive(sourceLocation: sourceLocation) else { return }
            try program.send((reply.jsonBytes() + [UInt8(ascii: "\n")]).span, until: deadline)
        }
    }
}
