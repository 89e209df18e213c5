public import SystemPackage

/// Why a call got no result.
public enum RPCClientError: Error, Sendable {
    /// The server answered with an error.
    case reply(RPCError)
    /// The server closed the connection.
    case closed
    /// What came is not a reply; the sentence says why.
    case protocolViolation(String)
    /// The system call's error; `Errno.timedOut` at the deadline.
    case transport(Errno)
}
