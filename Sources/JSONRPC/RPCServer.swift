public import LinuxIO
internal import SystemPackage

/// Serves JSON-RPC 2.0 over unix stream sockets, one JSON value per line, on one loop.
///
/// Requests of a connection are handed to the handler in the order of reception; replies go out when they are there. A
/// batch is executed in array order, and what follows it waits for its end. Clients that vanish, do not read or do not end
/// a line cost bounded memory and are closed.
public actor RPCServer {
    private let loop: EventLoop
    private let listeners: [RPCListener]
    private var limits: RPCLimits
    private let handler: any RPCHandler
    private var census: ConnectionCensus
    private var connections: [UInt64: RPCConnection] = [:]
    /// Of connections that are closed, while what was left in them unread is closed.
    private var closing: [UInt64: Gate<Bool>] = [:]
    private var lastNumber: UInt64 = 0
    private var isDraining = false

    /// A server that accepts nothing before `run()`.
    ///
    /// - Parameters:
    ///   - listeners: Where clients connect. Limits are for the clients of all of them together.
    ///   - limits: What clients may do.
    ///   - serverUID: The user of this process, exempt as user 0 is from the limit of connections per user.
    ///   - handler: What executes requests.
    ///   - loop: Runs everything.
    public init(
        listeners: [RPCListener], limits: RPCLimits = RPCLimits(), serverUID: UInt32, handler: any RPCHandler,
        on loop: EventLoop
    ) {
        self.loop = loop
        self.listeners = listeners
        self.limits = limits
        self.handler = handler
        census = ConnectionCensus(limits: limits, serverUID: serverUID)
    }

    /// The loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// How many connections there are.
    public var connectionCount: Int { census.total }

    /// Puts other limits in force: those of connections at once, the others for connections that come from now on.
    public func use(_ limits: RPCLimits) {
        self.limits = limits
        census.limits = limits
    }

    /// Tells that notifications wait at the handler for a connection, which fetches them before any reply that is given from
    /// now on. On the loop; also from within the handler's own calls.
    ///
    /// - Parameter connection: Its number; nothing happens when it is closed.
    public nonisolated func notify(_ connection: UInt64) {
        assumeIsolated { server in
            server.connections[connection]?.assumeIsolated { connection in connection.notify() }
        }
    }

    /// Closes a connection at once. Deferred bodies of its requests are cancelled. On the loop.
    ///
    /// - Parameter connection: Its number; nothing happens when it is closed already.
    public nonisolated func close(_ connection: UInt64) {
        assumeIsolated { server in
            server.connections[connection]?.assumeIsolated { connection in connection.close() }
        }
    }

    /// Accepts and serves connections until the server has drained or the task is cancelled.
    ///
    /// - Returns: When all connections are closed and all deferred bodies have returned.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for listener in listeners {
                group.addTask { await self.run(listener) }
            }
        }
    }

    private func run(_ listener: RPCListener) async {
        await withDiscardingTaskGroup { group in
            while !isDraining {
                do throws(Errno) {
                    let stream = try await listener.socket.accept(onFailure: handler.acceptFailed)
                    if let connection = open(stream, from: listener) {
                        group.addTask { await self.serve(connection) }
                    }
                    // Clients that connect without end must not keep the loop from those that are there.
                    await loop.yield()
                } catch {
                    // Cancelled, or closed by `drain`; of anything else the listener makes another attempt.
                    return
                }
            }
        }
    }

    /// Takes no more connections and requests, so that `run()` returns when those in flight have been answered. At
    /// `deadline` what is left is closed and cancelled.
    public func drain(until deadline: MonotonicInstant) {
        isDraining = true
        for closed in closing.values { closed.resolve(true) }
        for listener in listeners { listener.socket.close() }
        for connection in connections.values {
            connection.assumeIsolated { $0.drain() }
        }
        _ = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { $0.closeAll() }
        }
    }

    private func closeAll() {
        for connection in connections.values {
            connection.assumeIsolated { $0.close() }
        }
    }

    private struct Opened: Sendable {
        let connection: RPCConnection
        let peer: RPCPeer
        let isReadonly: Bool
    }

    /// Admits a connection, or answers it with the reason and closes it.
    private func open(_ stream: StreamSocket, from listener: RPCListener) -> Opened? {
        guard let credentials = try? stream.peerCredentials else {
            close(stream)
            return nil
        }
        if let limit = census.admit(uid: credentials.userID, isReadonly: listener.isReadonly) {
            handler.connectionRefused(limit)
            refuse(stream, .limitExceeded(limit, of: limits))
            return nil
        }
        lastNumber += 1
        let peer = RPCPeer(
            connection: lastNumber, socket: listener.name, pid: credentials.processID, uid: credentials.userID,
            gid: credentials.groupID)
        do throws(RPCError) {
            try handler.connectionOpened(peer, over: stream)
        } catch {
            census.leave(uid: peer.uid, isReadonly: listener.isReadonly)
            refuse(stream, error)
            return nil
        }
        let connection = RPCConnection(stream, peer: peer, limits: limits, handler: handler, on: loop)
        connections[peer.connection] = connection
        return Opened(connection: connection, peer: peer, isReadonly: listener.isReadonly)
    }

    private func refuse(_ stream: StreamSocket, _ error: RPCError) {
        var lines = OutgoingLines()
        lines.append(.failure(error), id: .null, limits: limits)
        // A new socket has room for it, unless the client is gone already.
        _ = try? lines.sendNext { bytes, _ throws(Errno) in try stream.sendNow(bytes) }
        close(stream)
    }

    private func close(_ stream: StreamSocket) {
        if let unread = stream.closeIfRead() { handler.closeUnread(unread) {} }
    }

    private func serve(_ opened: Opened) async {
        await opened.connection.serve()
        connections[opened.peer.connection] = nil
        // It counts as a connection for as long as it is open anywhere: nobody is to have more of them than that.
        if let closed = closeUnread(opened), !isDraining {
            closing[opened.peer.connection] = closed
            _ = await closed.wait(until: .distantFuture, on: loop)
            closing[opened.peer.connection] = nil
        }
        census.leave(uid: opened.peer.uid, isReadonly: opened.isReadonly)
    }

    /// Has the socket closed of a connection in which something was left unread; nil for another.
    private func closeUnread(_ opened: Opened) -> Gate<Bool>? {
        guard let unread = opened.connection.assumeIsolated({ $0.takeUnread() }) else { return nil }
        let closed = Gate<Bool>()
        handler.closeUnread(unread) { closed.resolve(true) }
        return closed
    }
}
