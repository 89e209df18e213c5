public import LinuxIO
package import SystemPackage

extension SimulatedHost {
    /// How long a process that was started may take to listen.
    private static let startMilliseconds: UInt64 = 10_000
    /// How often it is tried to reach it meanwhile.
    private static let retryMilliseconds: UInt64 = 5

    /// Starts a process that ends with this one.
    ///
    /// - Parameters:
    ///   - executable: a program with the subcommand `simulated-host`: the daemon's own.
    ///   - loop: the loop that the connection belongs to; called on its thread.
    /// - Returns: the host, connected.
    /// - Throws: `HostError` `workerLost` when the process cannot be started.
    public static func start(executable: String, on loop: EventLoop) throws(HostError) -> SimulatedHost {
        do throws(Errno) {
            let pair = try DescriptorPair()
            let near = pair.first
            let far = SharedDescriptor(pair.second)
            let child = try ChildProcess.start(
                ChildProcess.Request(
                    executable: executable, arguments: [executable, "simulated-host", "--descriptor", "3"],
                    descriptors: [.null, .null, .inherited(2), .passed(far)]),
                on: loop)
            return SimulatedHost(try StreamSocket(adopting: near, on: loop), processID: child.processID)
        } catch {
            throw HostError(
                .workerLost, "the simulated host cannot be started as \(executable): \(error)", errno: error)
        }
    }

    /// Connects to the process that listens at a socket; starts one there that outlives this one if nobody does.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - executable: a program with the subcommand `simulated-host`: the daemon's own.
    ///   - loop: the loop that the connection belongs to; called on its thread.
    /// - Returns: the host, connected.
    /// - Throws: `HostError` `workerLost` when nobody listens and none can be started.
    public static func connect(
        to path: String, startingWith executable: String, on loop: EventLoop
    ) async throws(HostError) -> SimulatedHost {
        do throws(Errno) {
            if let host = try await connect(to: path, on: loop) { return host }
            let child = try ChildProcess.start(
                ChildProcess.Request(
                    executable: executable, arguments: [executable, "simulated-host", "--socket", path],
                    parentDeathSignal: 0, hasNewSession: true),
                on: loop)
            let deadline = MonotonicInstant.now.advanced(byMilliseconds: startMilliseconds)
            while MonotonicInstant.now < deadline {
                // Asked first: when two daemons start one each, the second ends, and its daemon uses the first.
                let hasEnded = child.exit.value != nil
                if let host = try await connect(to: path, on: loop) { return host }
                if hasEnded { throw .connectionRefused }
                try await loop.sleep(until: .now.advanced(byMilliseconds: retryMilliseconds))
            }
            throw .timedOut
        } catch {
            throw HostError(.workerLost, "no simulated host can be reached at \(path): \(error)", errno: error)
        }
    }

    /// Connects to the process that listens at a socket; nil when nobody does.
    package static func connect(to path: String, on loop: EventLoop) async throws(Errno) -> SimulatedHost? {
        do throws(Errno) {
            let socket = try await UnixConnector.connect(to: path, on: loop)
            return SimulatedHost(socket, processID: try socket.peerCredentials.processID)
        } catch .connectionRefused {
            return nil
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }
}
