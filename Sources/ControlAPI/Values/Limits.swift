public import JSON

/// The limits of the wire contract. What passes one gets an answer that names it.
public struct Limits: Sendable, Hashable {
    /// The longest line that is read, in bytes.
    public var lineBytes: Int
    /// The longest reply, in bytes.
    public var replyBytes: Int
    /// How deeply arrays and objects may be nested.
    public var depth: Int
    /// The longest request id that is a string, in bytes.
    public var idBytes: Int
    /// The most requests in one batch.
    public var batchRequests: Int
    /// The most descriptors that may accompany one line.
    public var descriptors: Int
    /// The most connections.
    public var connections: Int
    /// The most connections of one user other than root and the daemon's own.
    public var connectionsPerUID: Int
    /// Connections kept free for root.
    public var connectionsKeptForRoot: Int
    /// The most connections at the read-only socket of others than root.
    public var connectionsReadonly: Int
    /// The most requests of one connection that are in work at once; then it is not read.
    public var requestsInFlight: Int
    /// How long a line may stay incomplete, in milliseconds.
    public var partialLineMs: Int
    /// How many bytes of replies may wait for a client to read; then its requests are not read.
    public var unreadReplyBytes: Int
    /// How long replies may wait for a client that reads nothing, in milliseconds; then it is disconnected.
    public var unreadReplyMs: Int
    /// How long a request waits that names no deadline, in milliseconds.
    public var defaultDeadlineMs: Int
    /// How many subscriptions to events a connection may have.
    public var subscriptions: Int

    /// States the limits in force.
    public init(
        lineBytes: Int, replyBytes: Int, depth: Int, idBytes: Int, batchRequests: Int, descriptors: Int,
        connections: Int, connectionsPerUID: Int, connectionsKeptForRoot: Int, connectionsReadonly: Int,
        requestsInFlight: Int, partialLineMs: Int, unreadReplyBytes: Int, unreadReplyMs: Int, defaultDeadlineMs: Int,
        subscriptions: Int
    ) {
        self.lineBytes = lineBytes
        self.replyBytes = replyBytes
        self.depth = depth
        self.idBytes = idBytes
        self.batchRequests = batchRequests
        self.descriptors = descriptors
        self.connections = connections
        self.connectionsPerUID = connectionsPerUID
        self.connectionsKeptForRoot = connectionsKeptForRoot
        self.connectionsReadonly = connectionsReadonly
        self.requestsInFlight = requestsInFlight
        self.partialLineMs = partialLineMs
        self.unreadReplyBytes = unreadReplyBytes
        self.unreadReplyMs = unreadReplyMs
        self.defaultDeadlineMs = defaultDeadlineMs
        self.subscriptions = subscriptions
    }
}

extension Limits: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "The limits of the wire contract." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        lineBytes = try members.required("lineBytes", in: 0...Int.max, "The longest line that is read, in bytes.")
        replyBytes = try members.required("replyBytes", in: 0...Int.max, "The longest reply, in bytes.")
        depth = try members.required("depth", in: 0...Int.max, "How deeply arrays and objects may be nested.")
        idBytes = try members.required("idBytes", in: 0...Int.max, "The longest request id that is a string, in bytes.")
        batchRequests = try members.required("batchRequests", in: 0...Int.max, "The most requests in one batch.")
        descriptors = try members.required(
            "descriptors", in: 0...Int.max, "The most descriptors that may accompany one line.")
        connections = try members.required("connections", in: 0...Int.max, "The most connections.")
        connectionsPerUID = try members.required(
            "connectionsPerUID", in: 0...Int.max,
            "The most connections of one user other than root and the daemon's own.")
        connectionsKeptForRoot = try members.required(
            "connectionsKeptForRoot", in: 0...Int.max, "Connections kept free for root.")
        connectionsReadonly = try members.required(
            "connectionsReadonly", in: 0...Int.max, "The most connections at the read-only socket of others than root.")
        requestsInFlight = try members.required(
            "requestsInFlight", in: 0...Int.max, "The most requests of one connection that are in work at once.")
        partialLineMs = try members.required(
            "partialLineMs", in: 0...Int.max, "How long a line may stay incomplete, in milliseconds.")
        unreadReplyBytes = try members.required(
            "unreadReplyBytes", in: 0...Int.max,
            "How many bytes of replies may wait for a client; then its requests are not read.")
        unreadReplyMs = try members.required(
            "unreadReplyMs", in: 0...Int.max, "How long a client may read nothing of its replies, in milliseconds.")
        defaultDeadlineMs = try members.required(
            "defaultDeadlineMs", in: 0...Int.max, "How long a request waits that names no deadline, in milliseconds.")
        subscriptions = try members.required(
            "subscriptions", in: 0...Int.max, "How many subscriptions to events a connection may have.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("lineBytes", lineBytes)
        writer.member("replyBytes", replyBytes)
        writer.member("depth", depth)
        writer.member("idBytes", idBytes)
        writer.member("batchRequests", batchRequests)
        writer.member("descriptors", descriptors)
        writer.member("connections", connections)
        writer.member("connectionsPerUID", connectionsPerUID)
        writer.member("connectionsKeptForRoot", connectionsKeptForRoot)
        writer.member("connectionsReadonly", connectionsReadonly)
        writer.member("requestsInFlight", requestsInFlight)
        writer.member("partialLineMs", partialLineMs)
        writer.member("unreadReplyBytes", unreadReplyBytes)
        writer.member("unreadReplyMs", unreadReplyMs)
        writer.member("defaultDeadlineMs", defaultDeadlineMs)
        writer.member("subscriptions", subscriptions)
        writer.endObject()
    }
}
