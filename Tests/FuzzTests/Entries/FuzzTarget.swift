/// What can be fuzzed. Each takes any bytes at all and must neither trap nor break what it promises.
enum FuzzTarget: String, CaseIterable {
    /// The JSON parser and writer, and the typed values of the contract.
    case json
    /// Framing and JSON-RPC, with the input in pieces.
    case rpc
    /// The kernel's netlink answers.
    case netlink
    /// The messages between vdpad and its own processes.
    case worker

    /// Tries one input.
    ///
    /// - Throws: `FuzzFinding` when a promise is broken.
    func run(_ input: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .json: try fuzzJSON(input)
        case .rpc: try fuzzRPC(input)
        case .netlink: try fuzzNetlink(input)
        case .worker: try fuzzWorkerMessages(input)
        }
    }
}

/// A promise that an input has broken.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
