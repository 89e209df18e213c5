import JSON
import LinuxIO
import SystemPackage

@testable import JSONRPC

/// The first byte seeds how the rest is cut into pieces. Whatever the pieces, the same requests are answered with the same
/// lines, each of them JSON, and nothing stays unanswered.
func fuzzRPC(_ input: [UInt8]) throws(FuzzFinding) {
    guard let seed = input.first else { return }
    let bytes = Array(input.dropFirst())
    let whole = try answers(to: [bytes])
    let pieces = try answers(to: pieces(of: bytes, seed: seed))
    guard whole.sorted() == pieces.sorted() else {
        throw FuzzFinding("in one piece it is answered with \(whole), in several with \(pieces)")
    }
}

/// Few bytes reach each limit.
private let limits = {
    var limits = RPCLimits()
    limits.lineBytes = 512
    limits.replyBytes = 256
    limits.depth = 8
    limits.idBytes = 16
    limits.batchRequests = 4
    limits.requestsInFlight = 2
    limits.unreadReplyBytes = 128
    return limits
}()

/// Does with a session what `RPCConnection` does.
private func answers(to pieces: [[UInt8]]) throws(FuzzFinding) -> [String] {
    let peer = RPCPeer(connection: 1, socket: "control", pid: 1, uid: 0, gid: 0)
    var session = RPCSession(limits: limits, peer: peer, handler: Answerer())
    var sent: [UInt8] = []
    for piece in pieces {
        var position = 0
        session.process(piece.span, from: &position)
        session.keep(piece.span.extracting(position..<piece.count))
        try settle(&session, &sent)
    }
    session.inputEnded()
    try settle(&session, &sent)
    let isIdle = session.isIdle
    guard isIdle else { throw FuzzFinding("requests stay unanswered") }

    let text = String(decoding: sent, as: UTF8.self)
    guard text.isEmpty || text.hasSuffix("\n") else { throw FuzzFinding("an answer without its end: \(text)") }
    let lines = text.split(separator: "\n").map { String($0) }
    for line in lines where (try? JSONParser.parse(Array(line.utf8).span)) == nil {
        throw FuzzFinding("an answer that is not JSON: \(line)")
    }
    return lines
}

/// Runs what was deferred and sends what was answered until nothing is left to do.
private func settle(_ session: inout RPCSession, _ sent: inout [UInt8]) throws(FuzzFinding) {
    while true {
        for deferred in session.takeStarted() {
            var current = deferred
            while true {
                session.finished(current.slot, try reply(of: current))
                guard let next = session.takeNextOfBatch() else { break }
                current = next
            }
        }
        while session.sendNext({ bytes, _ in
            for index in bytes.indices { sent.append(bytes[index]) }
            return bytes.count
        }) {}
        let isDone = session.wantsInput || session.isInputEnded
        if isDone, session.started.isEmpty { return }
        session.processKept()
    }
}

/// The reply of a body that waits for nothing.
private func reply(of deferred: RPCSession.Deferred) throws(FuzzFinding) -> RPCReply {
    let reply = Lock<RPCReply?>(nil)
    Task.immediate {
        let value = await deferred.body()
        reply.withLock { $0 = value }
    }
    guard let value = reply.withLock({ $0 }) else { throw FuzzFinding("a body has waited") }
    return value
}

private struct Answerer: RPCHandler {
    func connectionOpened(_ peer: RPCPeer, over stream: StreamSocket) throws(RPCError) {}
    func connectionClosed(_ peer: RPCPeer) {}
    func acceptFailed(_ error: Errno) {}
    func connectionRefused(_ limit: RPCLimits.Name) {}
    func requestRefused(_ error: RPCError) {}
    func takesDescriptors(from peer: RPCPeer) -> Bool { true }
    func refusesDescriptors(from peer: RPCPeer) -> RPCError { .invalidParams("no descriptors") }
    func received(_ descriptor: SharedDescriptor) {}
    func closeUnread(_ socket: SharedDescriptor, finish: @escaping @Sendable () -> Void) { finish() }

    func receive(_ request: RPCRequest, from peer: RPCPeer) -> RPCDisposition {
        let params = request.params ?? .null
        switch request.method {
        case "echo": return .reply(.result(params))
        case "later": return .deferred { .result(params) }
        case "fail": return .reply(.failure(.invalidParams("no")))
        case "encoded": return .reply(.encodedResult(Array(#"{"a":1}"#.utf8)))
        default: return .reply(.failure(.methodNotFound(request.method)))
        }
    }

    func writeNotification(to writer: inout JSONWriter, for peer: RPCPeer) -> Bool { false }
}
