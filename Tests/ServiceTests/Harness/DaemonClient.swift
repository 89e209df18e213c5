import JSON
import LinuxIO
import SystemPackage
import Testing

/// An error reply.
struct Failure: Error, CustomStringConvertible {
    let method: String
    let code: Int
    /// The sentence in `data`; beside the codes that JSON-RPC reserves stand its own words.
    let message: String
    let data: JSONValue

    var name: String { data["name"]?.text ?? "" }
    /// Message and hint.
    var advice: String { "\(message) \(data["hint"]?.text ?? "")" }
    var runStateAfter: String? { data["stateAfter"]?["runState"]?.text }
    var description: String { "\(method) failed: \(code) \(message) \(data)" }
}

/// A client of the daemon.
final class DaemonClient {
    let connection: LineConnection
    let contract: Contract
    private var lastID = 0
    private var methods: [Int: String] = [:]
    private var early: [Int: JSONValue] = [:]
    private var events: [JSONValue] = []

    init(to socket: String) throws {
        connection = try LineConnection(to: socket)
        contract = try Contract.published.get()
    }

    // MARK: One call

    /// The result of a call; a failure is thrown.
    @discardableResult
    func call(
        _ method: String, _ params: JSONValue = [:], descriptors: [SharedDescriptor] = [],
        within milliseconds: UInt64 = patienceMilliseconds, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        let id = try send(method, params, descriptors: descriptors)
        return try result(of: id, within: milliseconds, sourceLocation: sourceLocation)
    }

    /// The failure of a call; a result is recorded as an issue.
    @discardableResult
    func failure(
        _ method: String, _ params: JSONValue = [:], descriptors: [SharedDescriptor] = [],
        within milliseconds: UInt64 = patienceMilliseconds, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Failure {
        let id = try send(method, params, descriptors: descriptors)
        return try failure(of: id, within: milliseconds, sourceLocation: sourceLocation)
    }

    /// The failure of a call, which must have one of these names.
    @discardableResult
    func failure(
        _ method: String, _ params: JSONValue = [:], is names: String..., descriptors: [SharedDescriptor] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Failure {
        let failure = try failure(method, params, descriptors: descriptors, sourceLocation: sourceLocation)
        #expect(names.contains(failure.name), "\(failure)", sourceLocation: sourceLocation)
        return failure
    }

    // MARK: Several at once

    /// Sends a request and does not wait.
    func send(_ method: String, _ params: JSONValue = [:], descriptors: [SharedDescriptor] = []) throws -> Int {
        let (id, request) = makeRequest(method, params)
        let announced = descriptors.isEmpty ? request : request.setting("fds", to: JSONValue(descriptors.count))
        try connection.send(announced, descriptors: descriptors)
        return id
    }

    /// A request under an id of its own, for raw sending.
    func makeRequest(_ method: String, _ params: JSONValue) -> (id: Int, request: JSONValue) {
        lastID += 1
        methods[lastID] = method
        return (lastID, ["jsonrpc": "2.0", "id": JSONValue(lastID), "method": .string(method), "params": params])
    }

    /// Sends requests in one write.
    func pipeline(_ calls: [(String, JSONValue)]) throws -> [Int] {
        let requests = calls.map { makeRequest($0.0, $0.1) }
        try connection.send(text: requests.map { $0.request.jsonText() + "\n" }.joined())
        return requests.map(\.id)
    }

    /// The id of the next reply, which is kept for `result` and `failure`.
    func nextReply(
        within milliseconds: UInt64 = patienceMilliseconds, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Int {
        var line = try nextLine(milliseconds, sourceLocation)
        while let event = Self.event(line) {
            events.append(event)
            line = try nextLine(milliseconds, sourceLocation)
        }
        return try keep(line)
    }

    private func nextLine(_ milliseconds: UInt64, _ sourceLocation: SourceLocation) throws -> JSONValue {
        guard let line = try connection.receive(within: milliseconds, sourceLocation: sourceLocation) else {
            throw HarnessError("the daemon has closed the connection")
        }
        return line
    }

    private func keep(_ reply: JSONValue) throws -> Int {
        guard let id = reply["id"]?.number, let method = methods.removeValue(forKey: id) else {
            throw HarnessError("a reply to nothing: \(reply)")
        }
        early[id] = reply.setting("method", to: .string(method))
        return id
    }

    // MARK: Events

    private static func event(_ line: JSONValue) -> JSONValue? {
        line["method"] == "events.event" ? line["params"] : nil
    }

    /// The events that have come so far, with nothing waited for; they are told once.
    func takeEvents() -> [JSONValue] {
        defer { events = [] }
        return events
    }

    /// The next event.
    func nextEvent(
        within milliseconds: UInt64 = patienceMilliseconds, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        while events.isEmpty {
            let line = try nextLine(milliseconds, sourceLocation)
            if let event = Self.event(line) { return event }
            _ = try keep(line)
        }
        return events.removeFirst()
    }

    /// The next event of this kind; others are left out.
    func nextEvent(_ kind: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        while true {
            let event = try nextEvent(sourceLocation: sourceLocation)
            if event["kind"]?.text == kind { return event }
        }
    }

    func result(
        of id: Int, within milliseconds: UInt64 = patienceMilliseconds,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        let reply = try reply(to: id, milliseconds, sourceLocation)
        if let result = reply["result"] { return result }
        throw Self.failure(in: reply)
    }

    func failure(
        of id: Int, within milliseconds: UInt64 = patienceMilliseconds,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Failure {
        let reply = try reply(to: id, milliseconds, sourceLocation)
        guard reply["result"] == nil else {
            Issue.record("a result instead of a failure: \(reply)", sourceLocation: sourceLocation)
            return Failure(method: reply["method"]?.text ?? "", code: 0, message: "", data: [:])
        }
        return Self.failure(in: reply)
    }

    private func reply(to id: Int, _ milliseconds: UInt64, _ sourceLocation: SourceLocation) throws -> JSONValue {
        while true {
            if let reply = early.removeValue(forKey: id) { return reply }
            _ = try nextReply(within: milliseconds, sourceLocation: sourceLocation)
        }
    }

    private static func failure(in reply: JSONValue) -> Failure {
        Failure(
            method: reply["method"]?.text ?? "", code: reply["error"]?["code"]?.number ?? 0,
            message: reply["error"]?["data"]?["message"]?.text ?? "", data: reply["error"]?["data"] ?? [:])
    }

    // MARK: Short forms

    func status(_ device: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        try call("device.status", ["device": .string(device)], sourceLocation: sourceLocation)
    }

    func runState(_ device: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String? {
        try status(device, sourceLocation: sourceLocation)["runState"]?.text
    }
}
