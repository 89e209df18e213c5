/// What a handler does with a request.
public enum RPCDisposition: Sendable {
    /// It is answered at once.
    case reply(RPCReply)
    /// It is answered when the body returns. The body runs on the loop, concurrently with those of other requests, and
    /// is cancelled when the client is gone or the server's time to drain is over; it must return nevertheless.
    case deferred(@Sendable () async -> RPCReply)
}
