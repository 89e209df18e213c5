import LinuxIO
import SystemPackage
import Virtio

/// The process of a simulated host: `vdpad simulated-host`.
///
/// It speaks JSON lines (see `SimulatedHostMessage` and `SimulatedHostNotice`) with any number of daemons and tests. With
/// `--socket` it outlives them all; with `--descriptor` it ends with its one connection. Its end is the end of the
/// simulated hardware.
public enum SimulatedHostProcess {
    /// Runs the process to its end.
    ///
    /// - Parameter arguments: what follows `simulated-host` on the command line.
    /// - Returns: the exit status: 0 after the end of the inherited connection and when all control requests succeeded, 1
    ///   for a failure, 2 for bad arguments, with the reason on standard error.
    public static func run(arguments: some Sequence<String>) -> CInt {
        do {
            let options = try Options(arguments)
            if let request = options.request {
                write(try direct(request.socket, request.controls), to: .standardOutput)
                return 0
            }
            return try serve(options)
        } catch let error as Complaint {
            write(error.message, to: .standardError)
            return error.status
        } catch {
            complain(error)
            return 1
        }
    }

    private static func serve(_ options: Options) throws -> CInt {
        let loop = try EventLoop()
        let status = Lock<CInt>(0)
        let server = SimulatedHostServer(on: loop)
        let root = Task.detached(executorPreference: loop) {
            do {
                for device in options.held {
                    try await server.prepare(
                        .hold(device, command: "simulated-vmm", unit: nil, isRunning: true))
                }
                try await serve(options.address, with: server, on: loop)
            } catch {
                complain(error)
                status.withLock { $0 = 1 }
            }
            loop.stop()
        }
        loop.run()
        root.cancel()
        return status.withLock { $0 }
    }

    private static func serve(_ address: Address, with server: SimulatedHostServer, on loop: EventLoop) async throws {
        try await withThrowingTaskGroup { group in
            switch address {
            case .socket(let path):
                let listener = try UnixListener(path: path, mode: 0o600, on: loop)
                group.addTask { try await server.serve(listener) }
            case .descriptor(let number):
                let socket = try StreamSocket(adopting: OwnedDescriptor(number), on: loop)
                group.addTask { await server.serve(socket) }
            }
            group.addTask { await server.waitForStop() }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private static func complain(_ error: any Error) {
        let message = (error as? HostError)?.message ?? "\(error)"
        write("vdpad simulated-host: \(message)\n", to: .standardError)
    }

    private static func write(_ text: String, to descriptor: FileDescriptor) {
        // Nobody is left to be told when standard error is closed.
        _ = try? descriptor.writeAll(text.utf8)
    }
}
