import JSON
import LinuxIO
import SystemPackage
import Virtio

/// A process that makes the calls which can sleep uninterruptibly, so that the daemon itself never does.
///
/// It is the same binary as the daemon, started as `vdpad host-worker ROLE` with a socket at descriptor 3:
/// one line of JSON for each request and each reply, one request at a time (`discard` and `release` are answered
/// together). It ends when the socket does, and by SIGKILL
/// with the daemon, at the latest when the call that it is in returns.
public enum HostWorker {
    /// What a worker is used for. Each can do everything; they are kept apart so that they do not wait for each other.
    public enum Role: String, Sendable, Hashable, CaseIterable {
        /// The vdpa netlink family and the inventory.
        case netlink
        /// The search for holders, and the inventory while netlink must not be asked.
        case scan
        /// Procedures on devices that other processes hold.
        case device
        /// The close of what callers have passed, one after another.
        case close
        /// The close of sockets with what nobody has read in them, one after another.
        case unread

        /// Whether it only closes. What it has not done yet waits, however long: it is not to be closed in the daemon.
        var isForClosing: Bool { self == .close || self == .unread }
    }

    /// The name of the subcommand.
    public static let subcommand = "host-worker"
    /// The descriptor of the socket to the daemon.
    static let socketNumber: CInt = 3

    /// Runs a worker until the daemon hangs up.
    ///
    /// - Parameters:
    ///   - arguments: what follows the subcommand: the role.
    ///   - paths: where the kernel's file systems are.
    /// - Returns: the exit status: 0, 64 for a wrong role, 71 when the socket fails.
    public static func run(arguments: [String], paths: HostPaths = HostPaths()) -> Int32 {
        guard arguments.count == 1, let name = arguments.first, let role = Role(rawValue: name) else { return 64 }
        // For people who look at processes: started as /proc/self/exe it would be called "exe".
        try? Files.write("vdpad-\(role.rawValue)", to: "\(paths.proc)/self/comm")
        do throws(Errno) {
            try serve(BlockingSocket(inherited: socketNumber), HostWorkerService(paths: paths))
            return 0
        } catch {
            return 71
        }
    }

    private static func serve(
        _ socket: consuming BlockingSocket, _ service: HostWorkerService
    ) throws(Errno) {
        var service = service
        var lines = LineReader()
        var passed: [SharedDescriptor] = []
        while true {
            var bytes: [UInt8] = []
            guard let received = try socket.receive(appendingTo: &bytes, keepingDescriptors: 1) else { return }
            passed += received.descriptors
            for line in lines.lines(adding: bytes.span) {
                // The service lets go of the descriptor before the reply is sent: no duplicate outlives its operation.
                guard let answer = service.answer(line, descriptor: passed.popLast()) else { continue }
                try socket.send(answer.reply.line.span, descriptors: answer.descriptor.map { [$0] } ?? [])
            }
        }
    }
}
