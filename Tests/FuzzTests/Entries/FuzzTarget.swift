/// What can be fuzzed. Each takes any bytes at all and must neither trap nor break what it promises.
enum FuzzTarget: String, CaseIterable {
    /// The JSON parser and writer, and the typed values of the contract.
    case json
    /// The configuration file.
    case configuration
    /// The files of declared devices.
    case declarations
    /// State documents and host descriptions.
    case state
    /// Framing and JSON-RPC, with the input in pieces.
    case rpc
    /// The kernel's netlink answers.
    case netlink
    /// The messages between vdpad and its own processes.
    case worker
    /// The daemon's whole request path, on the simulated host.
    case request

    /// Tries one input.
    ///
    /// - Throws: `FuzzFinding` when a promise is broken.
    func run(_ input: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .json: try fuzzJSON(input)
        case .configuration: try fuzzConfiguration(input)
        case .declarations: try fuzzDeclarations(input)
        case .state: try fuzzState(input)
        case .rpc: try fuzzRPC(input)
        case .netlink: try fuzzNetlink(input)
        case .worker: try fuzzWorkerMessages(input)
        case .request: try fuzzRequests(input)
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
