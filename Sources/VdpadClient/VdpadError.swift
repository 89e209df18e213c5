public import SystemPackage

/// Why a call has no result.
public enum VdpadError: Error, Sendable {
    /// The daemon answered with an error.
    case refused(RefusedCall)
    /// There is no connection: nobody listens, or a right is missing.
    case unreachable(Errno)
    /// The connection has ended, or the answer did not come in time; the sentence says which. Whether the call took effect is
    /// not known. The connection can no longer be used.
    case unanswered(String)
    /// What came is not an answer of the contract; the sentence says why. The connection can no longer be used.
    case malformedReply(String)
}

extension VdpadError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let call): "\(call.name): \(call.reason)"
        case .unreachable(let errno): "the daemon cannot be reached: \(errno)"
        case .unanswered(let reason): reason
        case .malformedReply(let reason): "the daemon's answer is none of the contract: \(reason)"
        }
    }
}
