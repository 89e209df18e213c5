import JSON
import JSONRPC
import LinuxIO
import SystemPackage

/// A handler with the methods of the specification's examples and a few that wait, fail, or are large.
final class TestHandler: RPCHandler {
    struct State {
        var received: [String] = []
        var opened: [RPCPeer] = []
        var closed: [RPCPeer] = []
        var gates: [String: Gate<Bool>] = [:]
        var cancelled = 0
        var failures: [Errno] = []
        var refusedConnections: [RPCLimits.Name] = []
        /// The codes of the errors.
        var refusedRequests: [Int] = []
        /// Texts that are told to each connection, by its number.
        var announcements: [UInt64: [String]] = [:]
        /// How many have been fetched.
        var fetched = 0
        var takesDescriptors = true
        /// Takes over what was received; nil has it closed.
        var closer: (@Sendable (consuming OwnedDescriptor) -> Void)?
        /// What is to be closed, and who is to be told.
        var unread: [(SharedDescriptor, @Sendable () -> Void)] = []
        /// Says that there is something to be fetched.
        var notify: @Sendable (UInt64) -> Void = { _ in }
    }

    let state = Lock(State())
    let loop: EventLoop?
    let refusesConnections: Bool

    init(loop: EventLoop? = nil, refusesConnections: Bool = false) {
        self.loop = loop
        self.refusesConnections = refusesConnections
    }

    var received: [String] { state.withLock { $0.received } }

    /// The gate that `hold` with this name waits for.
    func gate(_ name: String) -> Gate<Bool> {
        state.withLock { state in
            if let gate = state.gates[name] { return gate }
            let gate = Gate<Bool>()
            state.gates[name] = gate
            return gate
        }
    }

    func connectionOpened(_ peer: RPCPeer, over stream: StreamSocket) throws(RPCError) {
        if refusesConnections {
            throw RPCError(code: 1008, message: "Permission denied")
        }
        state.withLock { $0.opened.append(peer) }
    }

    func connectionClosed(_ peer: RPCPeer) {
        state.withLock { $0.closed.append(peer) }
    }

    func connectionRefused(_ limit: RPCLimits.Name) {
        state.withLock { $0.refusedConnections.append(limit) }
    }

    func requestRefused(_ error: RPCError) {
        state.withLock { $0.refusedRequests.append(error.code) }
    }

    func acceptFailed(_ error: Errno) {
        state.withLock { $0.failures.append(error) }
    }

    func takesDescriptors(from peer: RPCPeer) -> Bool { state.withLock { $0.takesDescriptors } }

    func refusesDescriptors(from peer: RPCPeer) -> RPCError { RPCError(code: 1008, message: "Permission denied") }

    func received(_ descriptor: SharedDescriptor) {
        state.withLock { $0.closer.map { descriptor.whenReleased($0) } }
    }

    func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) {
        state.withLock { $0.unread.append((socket, finish)) }
    }

    /// Has texts told to a connection.
    func announce(_ texts: [String], to connection: UInt64) {
        let notify = state.withLock { state in
            state.announcements[connection, default: []] += texts
            return state.notify
        }
        notify(connection)
    }

    func writeNotification(to writer: inout JSONWriter, for peer: RPCPeer) -> Bool {
        let text: String? = state.withLock { state in
            guard state.announcements[peer.connection]?.isEmpty == false else { return nil }
            state.fetched += 1
            return state.announcements[peer.connection]?.removeFirst()
        }
        guard let text else { return false }
        writer.member("method", "said")
        writer.member("params", ["text": .string(text)] as JSONValue)
        return true
    }

    private func texts(_ params: JSONValue?) -> [String] {
        let padding = String(repeating: ".", count: params?["bytes"]?.int ?? 0)
        return (0..<(params?["count"]?.int ?? 1)).map { "\($0)\(padding)" }
    }

    func receive(_ request: RPCRequest, from peer: RPCPeer) -> RPCDisposition {
        state.withLock { $0.received.append(request.method) }
        switch request.method {
        case "subtract": return .reply(subtract(request.params))
        case "sum":
            guard case .array(let terms)? = request.params else { break }
            return .reply(.result(terms.reduce(0) { $0 + $1.int }))
        case "get_data":
            return .reply(.result(["hello", 5] as JSONValue))
        case "update", "foobar.notify", "notify_hello", "notify_sum":
            return .reply(.result(JSONValue.null))
        case "echo":
            return .reply(.result(request.params ?? .null))
        case "encoded":
            return .reply(.encodedResult(Array(#"{"a":1}"#.utf8)))
        case "fail":
            return .reply(.failure(RPCError(code: 1001, message: "no", data: ["retryable": false] as JSONValue)))
        case "big":
            guard let size = request.params?["bytes"]?.int else { break }
            return .reply(.result(String(repeating: "x", count: size)))
        case "announce":
            announce(texts(request.params), to: peer.connection)
            return .reply(.result(true))
        case "announceAfterwards":
            let texts = texts(request.params)
            let result = String(repeating: "r", count: request.params?["resultBytes"]?.int ?? 1)
            return .reply(.result(result), then: { [self] in announce(texts, to: peer.connection) })
        case "announceAround":
            announce(texts(request.params), to: peer.connection)
            return .reply(.result(true), then: { [self] in announce(["afterwards"], to: peer.connection) })
        case "announceLater":
            let texts = texts(request.params)
            return .deferred { [self] in
                announce(texts, to: peer.connection)
                return .result(true)
            }
        case "later":
            let params = request.params ?? .null
            return .deferred { .result(params) }
        case "laterBig":
            guard let size = request.params?["bytes"]?.int else { break }
            return .deferred { .result(String(repeating: "x", count: size)) }
        case "hold":
            guard let name = request.params?["name"]?.text, let loop else { break }
            let gate = gate(name)
            return .deferred { [self] in
                guard await gate.wait(until: .distantFuture, on: loop) != nil else {
                    state.withLock { $0.cancelled += 1 }
                    return .failure(RPCError(code: 1016, message: "cancelled"))
                }
                return .result(name)
            }
        case "release":
            guard let name = request.params?["name"]?.text else { break }
            gate(name).resolve(true)
            return .reply(.result(true))
        case "give":
            guard let loop else { break }
            return give(request.params?["count"]?.int ?? 1, loop)
        case "take":
            return .reply(.result(request.descriptors.map { firstByte($0) }))
        default:
            return .reply(.failure(.methodNotFound(request.method)))
        }
        return .reply(.failure(.invalidParams("params")))
    }

    private func subtract(_ params: JSONValue?) -> RPCReply {
        if case .array(let terms)? = params, terms.count == 2 {
            return .result(terms[0].int - terms[1].int)
        }
        guard let minuend = params?["minuend"], let subtrahend = params?["subtrahend"] else {
            return .failure(.invalidParams("minuend and subtrahend"))
        }
        return .result(minuend.int - subtrahend.int)
    }

    private func give(_ count: Int, _ loop: EventLoop) -> RPCDisposition {
        let descriptors = (0..<count).compactMap { pipe(holding: UInt8($0)) }
        return .reply(.result(count, descriptors: descriptors))
    }
}

extension JSONValue {
    var int: Int {
        guard case .integer(let integer) = self else { return 0 }
        return Int(integer)
    }

    var text: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }
}
