public import JSON
public import LinuxIO
public import SystemPackage

/// What a server does with connections and requests. All calls come on the loop.
public protocol RPCHandler: Sendable {
    /// Admits a connection.
    ///
    /// - Parameters:
    ///   - peer: Who has connected.
    ///   - stream: The connection's socket, for what else the kernel knows of the peer. Nothing is to be received or sent.
    /// - Throws: The error that the connection is answered with before it is closed.
    func connectionOpened(_ peer: RPCPeer, over stream: StreamSocket) throws(RPCError)

    /// Called once for each admitted connection when no reply can reach its client any more: it is gone, was closed for
    /// passing a limit, or the server stops. Deferred bodies of its requests may still run.
    func connectionClosed(_ peer: RPCPeer)

    /// Called when connections cannot be accepted; the server goes on trying. Once for as long as the error stays the same.
    func acceptFailed(_ error: Errno)

    /// Called when a connection is refused because of a limit.
    func connectionRefused(_ limit: RPCLimits.Name)

    /// Called when a line, or a part of a batch, is answered with an error without being received as a request.
    func requestRefused(_ error: RPCError)

    /// Whether descriptors are taken from a client. Asked before each read.
    func takesDescriptors(from peer: RPCPeer) -> Bool

    /// Says why not, when some have come. The error goes to the client, and its connection is closed.
    func refusesDescriptors(from peer: RPCPeer) -> RPCError

    /// Called for each descriptor that is received, before anything else is done with it: says how it is to be closed, which may
    /// take any time. Of many nobody hears any more.
    func received(_ descriptor: SharedDescriptor)

    /// Closes the socket of a connection that was closed with something in it that nobody has read; what is closed with it
    /// may take any time. `finish` is called when that is done, from any thread.
    func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void)

    /// Takes a request in the order of reception. Its synchronous part is where the handler takes the request's place in a
    /// device's queue; a deferred body then awaits its turn. The disposition of a notification is carried out, its
    /// reply thrown away.
    func receive(_ request: RPCRequest, from peer: RPCPeer) -> RPCDisposition

    /// Writes the next notification for a connection that `RPCServer.notify` was called for: its members `method` and
    /// `params`, into an object that has been begun. Called as there is room, so that a client that does not read costs no
    /// queue.
    ///
    /// - Returns: false, with nothing written, when none waits; it is not called again before the next `notify` then.
    func writeNotification(to writer: inout JSONWriter, for peer: RPCPeer) -> Bool
}
