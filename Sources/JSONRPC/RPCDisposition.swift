/// What a handler does with a request.
public enum RPCDisposition: Sendable {
    /// It is answered at once. `then` is called when the reply stands in its place among what is sent, for a call of a batch
    /// with the reply of the batch, and at once for a notification; it is not called when the client has gone before, nor
    /// when the result is too long and an error takes its place.
    case reply(RPCReply, then: (@Sendable () -> Void)? = nil)
    /// It is answered when the body returns. The body runs on the loop, concurrently with those of other requests, and
    /// is cancelled when the client is gone or the server's time to drain is over; it must return nevertheless.
    case deferred(@Sendable () async -> RPCReply)
}
