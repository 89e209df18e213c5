public import JSON

/// What a server accepts. Passing a limit is answered by an error that names it.
public struct RPCLimits: Sendable, Hashable {
    /// Bytes of a request line without its line feed; a longer one is skipped to its line feed and answered with id null.
    public var lineBytes = 1 << 20
    /// Bytes of a result; the results of a batch count together.
    public var replyBytes = 8 << 20
    /// Levels of arrays and objects in a line.
    public var depth = 64
    /// UTF-8 bytes of an id that is a string.
    public var idBytes = 128
    /// Requests in a batch.
    public var batchRequests = 64
    /// Descriptors that come with one line.
    public var descriptors = 64
    /// Connections of all users.
    public var connections = 1024
    /// Connections of one user; user 0 and the server's own are exempt.
    public var connectionsPerUID = 128
    /// Connections that only user 0 may use.
    public var connectionsKeptForRoot = 16
    /// Connections of all listeners that are marked as open to everybody; user 0 is exempt.
    public var connectionsReadonly = 256
    /// Requests of one connection that wait for their reply; the server reads on when one of them is answered. A batch
    /// counts as one.
    public var requestsInFlight = 32
    /// Milliseconds within which a line that has begun must end; after that the connection is closed.
    public var partialLineMs = 30_000
    /// Bytes of replies that wait for the client to read; the server takes no more requests until it has.
    public var unreadReplyBytes = 256 << 10
    /// Milliseconds within which the client must read something of what waits for it; after that the connection is closed.
    public var unreadReplyMs = 30_000

    /// The default limits.
    public init() {}

    /// The limits' names, as they are reported.
    public enum Name: String, Sendable, CaseIterable {
        case lineBytes, replyBytes, depth, idBytes, batchRequests, descriptors, connections, connectionsPerUID
        case connectionsKeptForRoot, connectionsReadonly, requestsInFlight, partialLineMs, unreadReplyBytes
        case unreadReplyMs
    }

    /// The value of the limit with this name.
    public subscript(_ name: Name) -> Int {
        switch name {
        case .lineBytes: lineBytes
        case .replyBytes: replyBytes
        case .depth: depth
        case .idBytes: idBytes
        case .batchRequests: batchRequests
        case .descriptors: descriptors
        case .connections: connections
        case .connectionsPerUID: connectionsPerUID
        case .connectionsKeptForRoot: connectionsKeptForRoot
        case .connectionsReadonly: connectionsReadonly
        case .requestsInFlight: requestsInFlight
        case .partialLineMs: partialLineMs
        case .unreadReplyBytes: unreadReplyBytes
        case .unreadReplyMs: unreadReplyMs
        }
    }
}

extension RPCLimits.Name {
    /// What was passed, in one sentence.
    func sentence(_ value: Int) -> String {
        switch self {
        case .lineBytes: "the line is longer than \(value) bytes"
        case .replyBytes: "the reply is longer than \(value) bytes"
        case .depth: "arrays and objects are nested deeper than \(value)"
        case .idBytes: "the id is longer than \(value) bytes"
        case .batchRequests: "the batch has more than \(value) requests"
        case .descriptors: "more than \(value) descriptors came with one line"
        case .connections: "there are \(value) connections"
        case .connectionsPerUID: "this user has \(value) connections"
        case .connectionsKeptForRoot: "the last \(value) connections are kept for user 0"
        case .connectionsReadonly: "the read-only socket has \(value) connections"
        case .requestsInFlight: "\(value) requests of this connection wait for their reply"
        case .partialLineMs: "the line did not end within \(value) ms"
        case .unreadReplyBytes: "\(value) bytes of replies wait for the client to read"
        case .unreadReplyMs: "the client read nothing for \(value) ms"
        }
    }

    /// Whether the same call can succeed later without the caller changing anything.
    var isPassedByManyClients: Bool {
        switch self {
        case .connections, .connectionsPerUID, .connectionsKeptForRoot, .connectionsReadonly: true
        default: false
        }
    }
}

extension RPCLimits: JSONWritable {
    /// Writes an object with every limit under its name.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for name in Name.allCases {
            writer.member(name.rawValue, self[name])
        }
        writer.endObject()
    }
}
