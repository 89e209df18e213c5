public import JSON

/// The id of a request, which its reply repeats (JSON-RPC 2.0, section 4).
///
/// Numbers are integers of at most 53 bits, so that every client can read them back; a fraction is refused.
public enum RPCID: Sendable, Hashable {
    case null
    case integer(Int64)
    case string(String)
}

extension RPCID: JSONWritable {
    /// Writes the id as it was received.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .integer(let integer): writer.value(integer)
        case .string(let string): writer.value(string)
        }
    }
}
