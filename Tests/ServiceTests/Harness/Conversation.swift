import JSON

/// What goes over one connection to the daemon, compared with the contract line by line: each reply belongs to a request
/// that has none yet, and is as its method declares.
struct Conversation {
    /// The most that the daemon can be configured to take; what is deeper than it takes is answered under no id.
    private static let greatestDepth = 1_000

    private let contract: Contract
    /// How many descriptors the daemon was configured to take with a line.
    private let descriptorLimit: Int
    /// What was sent after the last line feed.
    private var unfinished: [UInt8] = []
    /// The requests without a reply by the text of their id, in the order sent.
    private var open: [String: [Contract.Request]] = [:]

    init(_ contract: Contract, descriptorLimit: Int = 64) {
        self.contract = contract
        self.descriptorLimit = descriptorLimit
    }

    /// Takes note of bytes for the daemon.
    mutating func send(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                unfinished.append(byte)
                continue
            }
            // What is no JSON is answered under no id.
            if let value = try? JSONParser.parse(unfinished.span, maximumDepth: Self.greatestDepth) { note(value) }
            unfinished.removeAll(keepingCapacity: true)
        }
    }

    private mutating func note(_ value: JSONValue) {
        if case .array(let batch) = value {
            for element in batch { note(element) }
            return
        }
        guard let id = value["id"] else { return }
        open[id.jsonText(), default: []].append(request(value))
    }

    /// What JSON-RPC 2.0 and the limits make of a value with an id.
    private func request(_ value: JSONValue) -> Contract.Request {
        guard value["jsonrpc"] == "2.0", let method = value["method"]?.text else { return .malformed }
        switch value["params"] {
        case nil, .object, .array: break
        default: return .malformed
        }
        if let descriptors = value["fds"] {
            guard let count = descriptors.number, (0...descriptorLimit).contains(count) else { return .malformed }
        }
        return .call(method)
    }

    /// Everything that is wrong with a line of the daemon.
    mutating func violations(in line: JSONValue) -> [String] {
        switch line {
        case .array([]): return ["an empty batch"]
        case .array(let replies): return replies.flatMap { violationsInReply($0) }
        default: return violationsInReply(line)
        }
    }

    private mutating func violationsInReply(_ reply: JSONValue) -> [String] {
        guard reply["method"] == nil else { return contract.violations(inNotification: reply) }
        guard let id = reply["id"] else { return ["there is no id"] }
        let key = id.jsonText()
        guard let request = open[key]?.first else {
            return id == .null ? contract.violations(in: reply, to: .malformed) : ["a reply to nothing"]
        }
        open[key]?.removeFirst()
        return contract.violations(in: reply, to: request)
    }
}
