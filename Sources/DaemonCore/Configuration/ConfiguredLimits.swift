import JSON
import JSONRPC

/// The limits of the wire contract, under the names by which `system.info` reports them.
struct ConfiguredLimits: Sendable, Hashable {
    /// The protocol's.
    var protocolLimits = RPCLimits()

    /// How long a request waits that names no deadline, in milliseconds.
    var defaultDeadlineMs: UInt32 = 30_000

    /// The defaults.
    init() {}
}

extension ConfiguredLimits: JSONObjectReadable {
    static var schemaSummary: StaticString { "What clients may do. What passes a limit gets an answer that names it." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        var limits = RPCLimits()
        limits.lineBytes = try members.optional(
            "lineBytes", in: 1_024...67_108_864, default: limits.lineBytes, "The longest line that is read.")
        limits.replyBytes = try members.optional(
            "replyBytes", in: 1_024...67_108_864, default: limits.replyBytes, "The longest reply.")
        // State documents nest ten levels; above 1,000 the parser could use up the stack.
        limits.depth = try members.optional(
            "depth", in: 16...1_000, default: limits.depth, "How deeply arrays and objects may be nested.")
        // A UUID has 36 characters.
        limits.idBytes = try members.optional(
            "idBytes", in: 36...4_096, default: limits.idBytes, "The longest request id that is a string.")
        limits.batchRequests = try members.optional(
            "batchRequests", in: 1...1_024, default: limits.batchRequests, "The most requests in one batch.")
        // SCM_MAX_FD of the kernel is 253.
        limits.descriptors = try members.optional(
            "descriptors", in: 1...253, default: limits.descriptors,
            "The most descriptors that may accompany one line.")
        limits.connections = try members.optional(
            "connections", in: 1...65_536, default: limits.connections, "The most connections.")
        limits.connectionsPerUID = try members.optional(
            "connectionsPerUID", in: 1...65_536, default: limits.connectionsPerUID,
            "The most connections of one user other than root and the daemon's own.")
        limits.connectionsKeptForRoot = try members.optional(
            "connectionsKeptForRoot", in: 0...65_535, default: limits.connectionsKeptForRoot,
            "Connections kept free for root; fewer than there may be.")
        limits.connectionsReadonly =
            try members.optional(
                "connectionsReadonly", in: 1...65_536,
                "The most connections at the read-only socket of others than root; a quarter of connections if absent.")
            ?? max(1, limits.connections / 4)
        limits.requestsInFlight = try members.optional(
            "requestsInFlight", in: 1...1_024, default: limits.requestsInFlight,
            "The most requests of one connection that are in work at once; then it is not read.")
        limits.partialLineMs = try members.optional(
            "partialLineMs", in: 100...3_600_000, default: limits.partialLineMs,
            "How long a line may stay incomplete, in milliseconds.")
        limits.unreadReplyBytes = try members.optional(
            "unreadReplyBytes", in: 4_096...67_108_864, default: limits.unreadReplyBytes,
            "How many bytes of replies may wait for a client; then its requests are not read.")
        limits.unreadReplyMs = try members.optional(
            "unreadReplyMs", in: 100...3_600_000, default: limits.unreadReplyMs,
            "How long a client may read nothing of its replies, in milliseconds; then it is disconnected.")
        protocolLimits = limits
        // The range of a request's own deadline.
        defaultDeadlineMs = try members.optional(
            "defaultDeadlineMs", in: 1...3_600_000, default: defaultDeadlineMs,
            "How long a request waits that names no deadline, in milliseconds.")
        guard limits.connectionsKeptForRoot < limits.connections else {
            throw JSONReadError(
                at: members.path,
                "connectionsKeptForRoot, \(limits.connectionsKeptForRoot), must be less than connections, "
                    + "\(limits.connections)")
        }
    }
}
